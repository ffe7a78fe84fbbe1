import { durationMs } from '../../core/time/duration';

/**
 * Reads a distance from the start of a case: `5m`, `-3m`, `+2h`, `-1d`, `0` with or without a unit. Milliseconds; `undefined` for
 * anything else.
 * @example offsetMs('-3m') // -180000
 */
export function offsetMs(text: string): number | undefined {
  const match = /^([+-]?)(\d{1,9}\s*[a-z]{0,2})$/.exec(text.trim());
  if (!match) return undefined;
  const [, sign = '', length = ''] = match;
  if (/^0+[a-z]{0,2}$/.test(length)) return 0;
  const ms = durationMs(length);
  return ms === undefined ? undefined : sign === '-' ? -ms : ms;
}

/** Writes an offset as people do: `4m`, `1h30m`, `-90s`. */
export function offsetText(ms: number): string {
  if (ms === 0) return '0m';
  let rest = Math.abs(ms);
  const parts = units.flatMap(([name, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count}${name}`] : [];
  });
  return (ms < 0 ? '-' : '') + parts.join('');
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;
