import { alertPrefix } from '../access/names';

/** The view of a rule. */
export const alertView = (rule: { readonly name: string }): string => `${alertPrefix}${rule.name}`;

/** The refreshable view that looks at a rule once a minute and writes what it says. */
export const watchView = (rule: { readonly name: string }): string => `watch_${rule.name}_v`;

/** Seconds between two looks. */
export const watchSeconds = 60;
