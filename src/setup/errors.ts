import { errorTable } from '../core/errors';

/** Sentences of the room `setup`. */
export const fail = errorTable({
  nothing_to_look_at: (f: { url: string; databases: readonly string[] }) =>
    f.databases.length > 0
      ? `ClickHouse at ${f.url} has no table of yours in ${f.databases.join(', ')}. Name other databases with --look-in, or leave it out to look at all.`
      : `ClickHouse at ${f.url} has no table of yours that this user may see. Load your data first (tidemark seed --demo product makes a demo), or log in as a user who sees it.`,
  nothing_fits: (f: { looked: number; nearest: readonly string[] }) =>
    `No table that was looked at (${f.looked}) can play a role: a role needs a time, and events an event's name and a user, orders a user and an amount.${f.nearest.length > 0 ? ` Nearest: ${f.nearest.join('; ')}.` : ''} Make a view with the missing columns and run tidemark init again, or write the file by hand from tidemark.example.yaml.`,
  nothing_chosen: () =>
    'No role was chosen, so there is nothing to write. Run tidemark init again and accept at least one, or write the file by hand from tidemark.example.yaml.',
});
