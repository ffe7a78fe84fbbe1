/** Environment variables as handed in; `process.env` fits. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What {@link substituteEnv} made of a text. */
export interface Substituted {
  readonly text: string;
  /** Variables that are not set and have no default, in order of appearance. */
  readonly missing: readonly string[];
}

const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Replaces `${NAME}` by the environment's value and `${NAME:-default}` by the default where the variable is unset or
 * empty (as a shell does). `$${` stands for a literal `${`. Never throws: unset variables are listed in `missing`.
 * @example substituteEnv('http://${HOST:-localhost}:8123', {}).text // 'http://localhost:8123'
 */
export function substituteEnv(text: string, env: Env): Substituted {
  const missing: string[] = [];
  const replaced = text.replace(reference, (whole: string, name?: string, fallback?: string) => {
    if (name === undefined) return '${';
    const value = env[name];
    if (fallback !== undefined) return value ? value : fallback;
    if (value === undefined) missing.push(name);
    return value ?? whole;
  });
  return { text: replaced, missing };
}
