/** The shop's services. */
export const services = ['web', 'api', 'search', 'checkout', 'accounts'] as const;
export type Service = (typeof services)[number];

/** An endpoint of a service, and how it behaves on an ordinary day. */
export interface Endpoint {
  readonly service: Service;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Durations are log-normal: their median in milliseconds … */
  readonly medianMs: number;
  /** … and the standard deviation of their logarithm. */
  readonly spread: number;
  /** Share of requests that end in 5xx. */
  readonly errors: number;
  /** Share of requests that are answered with a 4xx, and which one. */
  readonly refused: readonly [share: number, status: number];
  /** Status of an answer that is neither. */
  readonly status: 200 | 201 | 204;
}

type Row = readonly [
  method: 'GET' | 'POST',
  path: string,
  medianMs: number,
  spread: number,
  errors: number,
  refused: readonly [number, number],
  status?: Endpoint['status'],
];

const of = (service: Service, rows: readonly Row[]): Endpoint[] =>
  rows.map(([method, path, medianMs, spread, errors, refused, status = 200]) => ({
    service,
    method,
    path,
    medianMs,
    spread,
    errors,
    refused,
    status,
  }));

/** Every endpoint of the shop. */
export const endpoints: readonly Endpoint[] = [
  ...of('web', [
    ['GET', '/', 85, 0.45, 0.0015, [0, 404]],
    ['GET', '/p/:product', 120, 0.5, 0.002, [0.012, 404]],
    ['GET', '/c/:category', 140, 0.5, 0.002, [0.004, 404]],
    ['GET', '/cart', 95, 0.4, 0.002, [0, 404]],
    ['GET', '/account', 110, 0.45, 0.002, [0.02, 401]],
  ]),
  ...of('api', [
    ['GET', '/v1/home', 60, 0.45, 0.002, [0.01, 401]],
    ['GET', '/v1/products/:product', 32, 0.5, 0.0015, [0.012, 404]],
    ['GET', '/v1/categories/:category', 45, 0.5, 0.0015, [0.004, 404]],
    ['GET', '/v1/recommendations', 210, 0.7, 0.006, [0, 404]],
    ['POST', '/v1/wishlist', 40, 0.4, 0.002, [0.02, 401], 201],
    ['POST', '/v1/shares', 55, 0.4, 0.003, [0.02, 401], 201],
    ['POST', '/v1/assistant', 1900, 0.6, 0.015, [0.03, 429]],
  ]),
  ...of('search', [
    ['GET', '/search', 180, 0.75, 0.004, [0.006, 400]],
    ['GET', '/suggest', 18, 0.6, 0.001, [0.002, 429]],
  ]),
  ...of('checkout', [
    ['POST', '/cart/items', 55, 0.45, 0.003, [0.01, 409], 201],
    ['GET', '/cart', 35, 0.45, 0.002, [0, 404]],
    ['GET', '/quote', 130, 0.5, 0.004, [0.01, 422]],
    ['GET', '/shipping-options', 320, 0.65, 0.008, [0.015, 422]],
    ['POST', '/payments', 850, 0.6, 0.009, [0.045, 402]],
    ['POST', '/orders', 160, 0.5, 0.004, [0.003, 409], 201],
  ]),
  ...of('accounts', [
    ['GET', '/session', 12, 0.5, 0.0008, [0.015, 401]],
    ['POST', '/sign-up', 280, 0.4, 0.004, [0.04, 422], 201],
  ]),
];
