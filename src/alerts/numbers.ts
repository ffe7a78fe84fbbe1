import type { RuleUnit } from '../packs/rule';

/**
 * Writes a number for people, in the unit of a rule. One mapping for all texts; docs/alerts.md has it as a table. Never throws; what
 * is no number is written `?`.
 *
 * | unit | written |
 * |---|---|
 * | ratio | per cent with one decimal, two figures below 0.1: `10 %`, `4.1 %`, `0.05 %` |
 * | ms | below a second whole milliseconds (one decimal below 10), then as seconds: `850 ms`, `1.2 s` |
 * | seconds | one decimal below ten, whole below a minute, then the two largest units: `45 s`, `15 m`, `2 h 15 m`, `3 d` |
 * | bytes | one decimal, powers of 1024: `5 GiB`, `1.5 MiB`, `300 B` |
 * | count | whole, grouped; one decimal below ten: `12,300` |
 * | rate | as count, per second: `5/s`, `0.5/s` |
 * | times | two decimals: `1.5 ×` |
 * | money | grouped, cents only below a thousand and where there are any: `12,300`, `12.50` |
 *
 * @example formatValue(0.1, 'ratio') // '10 %'
 */
export function formatValue(value: number, unit: RuleUnit): string {
  if (!Number.isFinite(value)) return '?';
  switch (unit) {
    case 'ratio':
      return `${percent(value * 100)} %`;
    case 'ms':
      return Math.abs(value) < 999.5 ? `${small(value)} ms` : formatValue(value / 1000, 'seconds');
    case 'seconds':
      return seconds(value);
    case 'bytes':
      return bytes(value);
    case 'count':
      return small(value);
    case 'rate':
      return `${small(value)}/s`;
    case 'times':
      return `${plain(value, 2)} ×`;
    case 'money':
      return money(value);
  }
}

/** At most so many decimals, none that is 0 at the end; grouped. `-0` is 0. */
function plain(value: number, decimals: number): string {
  const text = value.toLocaleString('en-US', { maximumFractionDigits: decimals });
  return text === '-0' ? '0' : text;
}

const small = (value: number): string => plain(value, Math.abs(value) < 10 ? 1 : 0);

const percent = (value: number): string =>
  Math.abs(value) < 0.1 ? String(Number(value.toPrecision(2))) : plain(value, 1);

const spans = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

function seconds(value: number): string {
  if (Math.abs(value) < 59.5) return `${small(value)} s`;
  const sign = value < 0 ? '-' : '';
  let rest = Math.abs(value);
  const first = spans.findIndex(([, size]) => rest >= size - (size > 1 ? 0.5 : 0));
  // Rounded to the second unit shown, so that 59 m 59.9 s is 1 h.
  const unit = spans[Math.min(first + 1, spans.length - 1)]?.[1] ?? 1;
  rest = Math.round(rest / unit) * unit;
  const parts = spans.flatMap(([name, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count} ${name}`] : [];
  });
  return sign + parts.slice(0, 2).join(' ');
}

const byteNames = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

function bytes(value: number): string {
  let size = value;
  let i = 0;
  while (Math.abs(size) >= 1023.95 && i < byteNames.length - 1) {
    size /= 1024;
    i++;
  }
  return `${plain(size, i === 0 ? 0 : 1)} ${byteNames[i]}`;
}

function money(value: number): string {
  const cents = Math.abs(value) < 1000 && Math.round(value * 100) % 100 !== 0;
  const digits = cents ? 2 : 0;
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return text === '-0' ? '0' : text;
}
