/** What the server's thread asks of an engine thread, and what it answers. Plain data: it crosses threads by copying. */

/** How a thread opens its sessions. */
export interface WorkerConfig {
  readonly dataDir: string;
  readonly connectionArgs: readonly string[];
}

/** A call about one engine session; `session` is a number that the caller gives out. */
export type EngineCall =
  | { readonly kind: 'open' | 'close' | 'next' | 'cancel'; readonly session: number }
  /** Blocks the thread until done and needs no slot of libuv's pool: for short statements while all slots are taken. */
  | { readonly kind: 'control'; readonly session: number; readonly sql: string }
  /** For statements without an answer: counts what was written, in views too. `data` is that of an INSERT … FORMAT. */
  | { readonly kind: 'write'; readonly session: number; readonly sql: string; readonly data?: Uint8Array }
  | { readonly kind: 'run' | 'stream'; readonly session: number; readonly sql: string; readonly format: string };

export type EngineReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'result'; readonly bytes: Uint8Array; readonly resultRows: number; readonly resultBytes: number }
  | { readonly kind: 'written'; readonly rows: number; readonly bytes: number }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array; readonly rows: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly message: string };
