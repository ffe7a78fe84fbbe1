/** Lists that the generated rows draw from; earlier ones are drawn more often. */
export const eventNames = [
  'page_view',
  'click',
  'scroll',
  'search',
  'product_view',
  'add_to_cart',
  'login',
  'app_open',
  'share',
  'filter',
  'signup',
  'checkout_start',
  'video_play',
  'purchase',
  'review',
  'wishlist_add',
  'coupon_apply',
  'support_open',
  'logout',
  'unsubscribe',
];
/** An event that only probes of latency have, plus one row a day, so that it is among the values that rollups keep apart. */
export const probeEvent = 'bench_probe';
export const countries = ['US', 'DE', 'GB', 'FR', 'IN', 'BR', 'JP', 'ES', 'PL', 'CA'];
export const platforms = ['web', 'ios', 'android'];
export const services = ['gateway', 'catalog', 'cart', 'checkout', 'search', 'identity'];
export const endpointsPerService = 5;
export const currencies = ['USD', 'EUR', 'GBP', 'JPY'];
export const plans = ['free', 'starter', 'team', 'business'];
/** Days that a release of the services lives before the next one takes over. */
export const releaseDays = 5;
export const users = 1_000_000;

const array = (values: readonly string[]) => `[${values.map((value) => `'${value}'`).join(', ')}]`;

/** SQL: a number in [0, 1) that depends on `i` and the salt only, so that a data folder can be made again. */
export const uniform = (salt: number): string => `(bitShiftRight(cityHash64(i, ${salt}), 11) / 9007199254740992.)`;

/** SQL: a standard normal number (Box–Muller). */
export const normal = (salt: number): string =>
  `(sqrt(-2 * log(1 - ${uniform(salt)})) * cos(6.283185307179586 * ${uniform(salt + 1)}))`;

/** SQL: one of the values; with `skew` 1 each as often, above it the first ones more often (power law). */
export const pick = (values: readonly string[], salt: number, skew = 1): string =>
  `${array(values)}[1 + toUInt32(floor(${values.length} * pow(${uniform(salt)}, ${skew})))]`;

/** SQL: a user; the density falls as rank^(-2/3), so that the most active one of a million makes 1 % of the rows. */
export const user = (salt: number): string => `toUInt64(floor(${users} * pow(${uniform(salt)}, 3)))`;
