/** A count, and by what it is known to be still right. */
interface Kept {
  readonly mark: string;
  readonly atMs: number;
  readonly value: unknown;
}

/** What nothing seems to have changed is asked anew after this long, in ms: a mark may miss something, such as a TRUNCATE. */
const longestMs = 10 * 60_000;

/** Answers that are good for as long as a mark stays the same: tables that stand still are not read again and again. */
export class Counted {
  private readonly kept = new Map<string, Kept>();

  /** What was answered for the key under the same mark, or what `ask` answers now; `null` as mark: always asked. */
  async get<T>(key: string, mark: string | null, nowMs: number, ask: () => Promise<T>): Promise<T> {
    const kept = this.kept.get(key);
    if (mark !== null && kept?.mark === mark && nowMs - kept.atMs < longestMs) return kept.value as T;
    this.kept.delete(key);
    const value = await ask();
    if (mark !== null) this.kept.set(key, { mark, atMs: nowMs, value });
    return value;
  }
}
