import { nearest } from './nearest';

/** Whether the text is a time zone that JavaScript and ClickHouse both know, and what was probably meant where not. */
export interface ZoneVerdict {
  readonly known: boolean;
  readonly meant?: string;
}

/**
 * Judges an IANA time zone name. Offsets (`+02:00`) are refused: they know no clock change. The spelling must be exact,
 * because ClickHouse's names are case-sensitive. Never throws.
 */
export function judgeZone(zone: string): ZoneVerdict {
  const names = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  if (names.includes(zone)) return { known: true };
  const wrongCase = names.find((name) => name.toLowerCase() === zone.toLowerCase());
  if (wrongCase) return { known: false, meant: wrongCase };
  // Intl lists one spelling per zone (Asia/Calcutta) but accepts its aliases (Asia/Kolkata), which ClickHouse knows too.
  if (/^[A-Z][A-Za-z_]+\/[A-Z]/.test(zone) && acceptedByIntl(zone)) return { known: true };
  const meant = nearest(zone, names) ?? names.find((name) => name.endsWith(`/${zone}`));
  return meant ? { known: false, meant } : { known: false };
}

function acceptedByIntl(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
