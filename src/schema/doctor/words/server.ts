import { some, wording } from '../finding';

/** What is said of the server and of the doctor's own work. */
export const serverWords = {
  ok: wording(
    'ok',
    () => '',
    () => '',
  ),
  not_checked: wording(
    'note',
    (f: { cause: string }) => `Not checked: ${f.cause}`,
    () => 'Grant the right to read it, if it should be.',
  ),
  server_untested: wording(
    'note',
    (f: { version: string }) => `Server ${f.version} is not among the tested ones (26.x).`,
    () => 'Upgrade, or run tidemark verify --all once to see that the numbers hold.',
  ),
  zone_unknown: wording(
    'problem',
    (f: { zone: string; cause: string }) => `The server does not know time zone ${f.zone}: ${f.cause}`,
    () => 'Correct reporting.timezone or reporting.zones, or update the time zone data of the server.',
  ),
  memory_capped: wording(
    'warning',
    (f: { memoryMb: number; max: number; by: string }) =>
      `refresh.memoryMb is ${f.memoryMb}, but ${f.by} allows ${f.max} MB: refreshes are refused or fail before they reach it.`,
    (f) => `Write refresh.memoryMb: ${f.max} or less, or raise ${f.by}.`,
  ),
  right_missing: wording(
    'problem',
    (f: { user: string; rights: readonly string[] }) =>
      `User ${f.user} lacks what migrate and the refreshes do: ${some(f.rights, 6)}.`,
    (f) => `GRANT ${f.rights[0]} TO ${f.user}, and the others; tidemark migrate --print-access prints all rights.`,
  ),
} as const;
