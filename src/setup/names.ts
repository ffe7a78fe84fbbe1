/**
 * A column's or table's name in small letters with underscores, however it was written.
 * @example snakeCase('userID') // 'user_id'
 * @example snakeCase('Order Total (EUR)') // 'order_total_eur'
 */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/(?!^)_+/g, '_')
    .replace(/_$/, '')
    .toLowerCase();
}

/** Names of one kind in tiers: those of the first say most. `*` at an end stands for any further words. */
export type Names = readonly (readonly string[])[];

/** How much a name of each tier says. */
const tierScores = [1, 0.85, 0.65, 0.45] as const;

/** What is lost where only a part of the name matches. */
const partly = 0.85;

/**
 * How well a name fits, 0 to 1: the score of the first tier that has it. Leading underscores do not count against it.
 * @example nameScore('_ingested_at', [['ingested_at']]) // 1
 */
export function nameScore(name: string, names: Names): number {
  const bare = snakeCase(name).replace(/^_+/, '');
  const scores = names.map((tier, i) => {
    const score = tierScores[i] ?? 0;
    if (tier.includes(bare)) return score;
    return tier.some((pattern) => matches(bare, pattern)) ? score * partly : 0;
  });
  return Math.max(0, ...scores);
}

function matches(name: string, pattern: string): boolean {
  const inner = pattern.replace(/^\*_|_\*$/g, '');
  if (pattern.startsWith('*_') && (name.endsWith(`_${inner}`) || name === inner)) return true;
  return pattern.endsWith('_*') && (name.startsWith(`${inner}_`) || name === inner);
}

/** ISO 4217 codes of the most traded currencies, which column names end in. */
const currencies = /_(usd|eur|gbp|chf|jpy|cad|aud|sek|nok|dkk|pln|czk|brl|inr|cny|mxn)$/;

/** The currency that a column's name tells, and the name without it: `total_eur` → EUR, `total`. */
export function currencyInName(name: string): { readonly rest: string; readonly currency?: string } {
  const bare = snakeCase(name);
  const code = currencies.exec(bare)?.[1];
  return code === undefined ? { rest: bare } : { rest: bare.slice(0, -4), currency: code.toUpperCase() };
}
