import { endpoints } from './endpoints';
import type { Endpoint } from './endpoints';

/** A request that an action makes, with its chance. */
export interface Call {
  readonly endpoint: Endpoint;
  /** In a browser, and in the apps: a page of the service `web` is seen only by browsers. */
  readonly chance: { readonly web: number; readonly app: number };
}

/** `web GET /` → chance in a browser, chance in an app. */
type Chances = Readonly<Record<string, readonly [web: number, app: number]>>;

/** What each action asks of the services, in this order; the rest comes out of caches. */
const chances: Readonly<Record<string, Chances>> = {
  session_start: {
    'accounts GET /session': [0.4, 0.4],
    'web GET /': [1, 0],
    'api GET /v1/home': [0, 1],
    'api GET /v1/recommendations': [0.2, 0.2],
  },
  sign_up: { 'accounts POST /sign-up': [1, 1], 'web GET /account': [0.6, 0] },
  search: { 'search GET /suggest': [0.7, 0.5], 'search GET /search': [1, 1] },
  view: {
    'web GET /c/:category': [0.1, 0],
    'api GET /v1/categories/:category': [0, 0.1],
    'web GET /p/:product': [0.45, 0],
    'api GET /v1/products/:product': [0.05, 0.45],
    'api GET /v1/recommendations': [0.05, 0.05],
  },
  use_wishlist: { 'api POST /v1/wishlist': [1, 1] },
  use_share: { 'api POST /v1/shares': [1, 1] },
  use_export: { 'api GET /v1/home': [0.5, 0.5] },
  use_collections: { 'api POST /v1/wishlist': [1, 1] },
  use_compare: { 'api GET /v1/products/:product': [1, 1] },
  use_assistant: { 'api POST /v1/assistant': [1, 1] },
  add_to_cart: {
    'checkout POST /cart/items': [1, 1],
    'web GET /cart': [0.7, 0],
    'checkout GET /cart': [0.9, 0.9],
  },
  checkout: { 'checkout GET /quote': [1, 1], 'checkout GET /shipping-options': [1, 1] },
  purchase: { 'checkout POST /payments': [1, 1], 'checkout POST /orders': [1, 1], 'checkout GET /cart': [0.6, 0.6] },
};

const byName = new Map(
  endpoints.map((endpoint) => [`${endpoint.service} ${endpoint.method} ${endpoint.path}`, endpoint]),
);

/** Action → its calls. */
export const callsOf: ReadonlyMap<string, readonly Call[]> = new Map(
  Object.entries(chances).map(([action, wanted]) => [
    action,
    Object.entries(wanted).flatMap(([name, [web, app]]) => {
      const endpoint = byName.get(name);
      return endpoint ? [{ endpoint, chance: { web, app } }] : [];
    }),
  ]),
);
