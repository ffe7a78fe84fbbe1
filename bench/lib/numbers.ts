/**
 * The value below which a share of the values lies: nearest rank, no interpolation. NaN where there are none.
 * @example quantile([10, 20, 30], 0.5) // 20
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** `12345678` as `12,345,678`. */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en');

/** With as many decimals as three digits need: `0.123`, `1.23`, `12.3`, `123`; `–` where there is no number. */
export function short(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return digits === 0 ? grouped(value) : value.toFixed(digits);
}

/** Bytes as MB or GB (powers of 1000). */
export const megabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** A share of one core as a percentage. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
