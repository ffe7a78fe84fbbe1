/** Who asks: shown in `system.query_log`, so that every panel has its price. */
export interface Asker {
  readonly app?: string;
  readonly dashboard?: string;
  readonly panel?: string;
  readonly refId?: string;
  readonly user?: string;
}

const maxLength = 80;

/**
 * The leading SQL comment that names who asks. Only letters, digits, spaces and `._-@:` survive, so no name can end the
 * comment; the rest becomes a space. Never throws; names longer than 80 characters are cut.
 * @example askerComment({ dashboard: 'Home', panel: 'DAU *\/', refId: 'A' }) // '/​* tidemark dashboard=Home panel=DAU ref=A *​/'
 */
export function askerComment({ app, dashboard, panel, refId, user }: Asker): string {
  const parts = Object.entries({ app, dashboard, panel, ref: refId, user }).flatMap(([key, value]) => {
    const name = tame(value ?? '');
    return name ? [`${key}=${name}`] : [];
  });
  return `/* ${['tidemark', ...parts].join(' ')} */`;
}

function tame(name: string): string {
  return Array.from(
    name
      .replace(/[^\p{L}\p{N}._\-@: ]+/gu, ' ')
      .replace(/ +/g, ' ')
      .trim(),
  )
    .slice(0, maxLength)
    .join('')
    .trim();
}
