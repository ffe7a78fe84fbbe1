import type { Log } from './source';

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];
export { levels as logLevels };

/** A log of one JSON object a line: `at` (ISO), `level`, `message`, then the facts. Lines below `least` are left out. */
export const jsonLog =
  (write: (line: string) => void, now: () => number, least: LogLevel = 'info'): Log =>
  (level, message, facts = {}) => {
    if (levels.indexOf(level) < levels.indexOf(least)) return;
    write(`${JSON.stringify({ at: new Date(now()).toISOString(), level, message, ...facts })}\n`);
  };
