import { existsSync, renameSync, writeFileSync } from 'node:fs';

import type { Command } from 'commander';

import { judgeZone } from '../../config/timezone';
import { messageOf } from '../../core/errors';
import type { RoleName } from '../../core/model';
import { acceptedFile, candidatesOf, chosenOf, fail as refuse, nearMisses, survey } from '../../setup';
import type { Candidates, Proposal } from '../../setup';
import { terminal } from '../ask';
import { connect } from '../connection';
import type { Connection } from '../connection';
import { fail } from '../errors';
import { choosing } from '../init/choosing';
import { describeProposal, proposalData } from '../init/describe';
import type { Output } from '../output';
import { defineCommand, jsonOption, outputFor } from '../run';
import type { OutputFlags } from '../run';

interface InitFlags extends OutputFlags {
  readonly url?: string;
  readonly user?: string;
  readonly password?: string;
  readonly database: string;
  readonly lookIn?: readonly string[];
  readonly timezone?: string;
  readonly yes?: boolean;
  readonly out: string;
  readonly force?: boolean;
}

/** `tidemark init`: looks at a ClickHouse and writes a tidemark.yaml for it. */
export function initCommand(): Command {
  return defineCommand({
    name: 'init',
    summary: 'Look at your tables, propose which of them play which role, and write a commented tidemark.yaml',
    examples: [
      'tidemark init --url http://clickhouse:8123 --user default     # asks role by role',
      'tidemark init --yes --look-in analytics billing               # takes what is proposed',
      'tidemark init --yes --json --out -                            # proposals for scripts, the file on stdout too',
    ],
  })
    .option('--url <url>', "ClickHouse's HTTP interface (default: $TIDEMARK_URL or http://127.0.0.1:8123)")
    .option('--user <name>', 'user (default: $TIDEMARK_USER or default)')
    .option('--password <text>', 'its password (default: $TIDEMARK_PASSWORD); it is not written to the file')
    .option('--database <name>', 'database that Tidemark will make', 'tidemark')
    .option('--look-in <databases...>', 'look only in these databases')
    .option('--timezone <zone>', "IANA zone in which days begin (default: the server's, where it has a name)")
    .option('-y, --yes', 'take what is proposed, ask nothing')
    .option('-o, --out <file>', 'file to write; - for stdout', 'tidemark.yaml')
    .option('--force', 'overwrite the file')
    .addOption(jsonOption())
    .action(init);
}

async function init(flags: InitFlags): Promise<void> {
  const { env, stdin, stdout, stderr } = process;
  const toFile = flags.out !== '-';
  if (toFile && !flags.force && existsSync(flags.out)) throw fail('usage_file_exists', { file: flags.out });
  const interactive = stdin.isTTY && stderr.isTTY && !flags.yes && !flags.json;
  if (!interactive && !flags.yes) throw fail('usage_nobody_to_ask', undefined);
  if (flags.timezone !== undefined && !judgeZone(flags.timezone).known)
    throw fail('usage_bad_zone', { given: flags.timezone });
  const url = flags.url ?? (env.TIDEMARK_URL || 'http://127.0.0.1:8123');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw fail('usage_bad_url', { given: url });
  const user = flags.user ?? (env.TIDEMARK_USER || 'default');
  const password = flags.password ?? env.TIDEMARK_PASSWORD ?? '';
  const { origin } = new URL(url);
  const db = await connect({ connection: { url: origin, user, password, database: flags.database } });
  // The file itself may be what stdout is for.
  const out = outputFor(flags);
  const speak: Output = toFile ? out : { ...out, say: out.note, table: () => undefined };
  try {
    const { looked, skipped } = await survey(db, {
      lookIn: flags.lookIn ?? [],
      onTable: (name) => meter(stderr, name),
    });
    meter(stderr, '');
    for (const { table, why } of skipped) out.note(`Skipped ${table}: ${why}`);
    if (looked.length === 0) throw refuse('nothing_to_look_at', { url: origin, databases: flags.lookIn ?? [] });
    const candidates = candidatesOf(looked);
    const proposed = chosenOf(candidates);
    if (proposed.size === 0 && (!interactive || !someCandidate(candidates)))
      throw refuse('nothing_fits', { looked: looked.length, nearest: nearMisses(looked) });
    const chosen = interactive ? await asked(speak, candidates, proposed) : proposed;
    if (!interactive)
      for (const proposal of chosen.values()) describeProposal(speak, proposal, candidates[proposal.role]);
    if (chosen.size === 0) throw refuse('nothing_chosen', undefined);
    const timezone = flags.timezone ?? (await zoneOf(db));
    const written = await acceptedFile(db, chosen, { url: origin, user, database: flags.database, timezone });
    for (const { role, why } of written.refused) out.note(`Role ${role} was left out: ${why}`);
    if (written.chosen.size === 0) throw refuse('nothing_chosen', undefined);
    if (toFile) save(flags.out, written.text);
    else if (!out.json) stdout.write(written.text);
    out.data({
      file: toFile ? flags.out : null,
      roles: Object.fromEntries(
        [...written.chosen].map(([role, p]) => [role, proposalData(p, candidates[role])] as const),
      ),
      skipped,
      refused: written.refused,
      ...(toFile ? {} : { text: written.text }),
    });
    if (toFile)
      speak.say(
        `Wrote ${flags.out} with ${written.chosen.size === 1 ? 'role' : 'roles'} ${[...written.chosen.keys()].join(', ')}. Read it through, then: tidemark config check, tidemark migrate --dry-run, tidemark migrate.`,
      );
    if (password !== '')
      out.note('The file reads the password from TIDEMARK_PASSWORD: set it before the next command.');
  } finally {
    await db.close();
  }
}

const someCandidate = (candidates: Candidates): boolean => Object.values(candidates).some((of) => of.length > 0);

async function asked(
  out: Output,
  candidates: Candidates,
  proposed: ReadonlyMap<RoleName, Proposal>,
): Promise<ReadonlyMap<RoleName, Proposal>> {
  const asker = terminal(process.stdin, process.stderr);
  try {
    return await choosing(out, asker, candidates, proposed);
  } finally {
    asker.close();
  }
}

/** The zone of the server where it is one that tidemark.yaml accepts, otherwise UTC. */
async function zoneOf(db: Connection): Promise<string> {
  const [row] = await db.query<{ zone: string }>('SELECT timezone() AS zone');
  const zone = row?.zone ?? 'UTC';
  return judgeZone(zone).known && !/^(Etc|GMT|Universal|Zulu)/.test(zone) ? zone : 'UTC';
}

/** Whole or not at all. Throws `file_unwritable`. */
function save(file: string, text: string): void {
  try {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  } catch (cause) {
    throw fail('file_unwritable', { file, reason: messageOf(cause) }, { cause });
  }
}

/** Which table is looked at, on a terminal only. */
function meter(stderr: NodeJS.WriteStream, name: string): void {
  if (stderr.isTTY) stderr.write(`\r\u001b[K${name === '' ? '' : `Looking at ${name} …`}`);
}
