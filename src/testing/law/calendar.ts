/** Day number since 1970-01-01 of an instant in a zone, by the runtime's own time zone data: independent of the engine. */
export function dayNumber(ms: number, timezone: string): number {
  // Days begin on quarter hours of UTC in every zone: each quarter hour is asked for once.
  const quarter = Math.floor(ms / 900_000);
  let known = quarters.get(timezone);
  if (!known) quarters.set(timezone, (known = new Map()));
  let number = known.get(quarter);
  if (number === undefined) {
    const [year, month, day] = formatter(timezone)
      .format(quarter * 900_000)
      .split('-')
      .map(Number);
    number = Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1) / 86_400_000;
    known.set(quarter, number);
  }
  return number;
}

const quarters = new Map<string, Map<number, number>>();

/** Day number → YYYY-MM-DD. */
export function dayText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timezone: string): Intl.DateTimeFormat {
  let found = formatters.get(timezone);
  if (!found) {
    found = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(timezone, found);
  }
  return found;
}
