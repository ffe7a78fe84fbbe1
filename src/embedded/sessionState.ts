import { ident, literal } from '../core/sql/quote';
import { refusal } from './engineError';

import type { EngineSession } from './engine';
import type { Parameters } from './parameters';

/** How much a request may do: everything; read, with settings (GET); read, without settings (`serve --readonly`). */
export type Access = 'all' | 'read' | 'readNoSettings';

/**
 * Brings a fresh session into the state that a request asks for: database, parameters, settings, in that order, as one
 * text. Throws what the engine says of them (UNKNOWN_DATABASE, UNKNOWN_SETTING, READONLY, …).
 */
export async function prepare(session: EngineSession, given: Parameters, access: Access): Promise<void> {
  const readonly = given.settings.get('readonly') ?? '0';
  const statements = [
    ...stateStatements(given),
    ...(access === 'readNoSettings' ? ['SET readonly = 1'] : []),
    ...settingStatements(given.settings),
    ...(access === 'read' && readonly === '0' ? ['SET readonly = 2'] : []),
  ];
  if (statements.length > 0) await session.run(statements.join(';\n'));
}

/**
 * The same for a session that lives on; the function returned puts database and settings back as they were (parameters
 * stay, and are of no use to a query that does not name them). `readonly` cannot be taken back from a session, so what a
 * request may do is decided by the statement's verb there.
 */
export async function prepareShared(
  session: EngineSession,
  given: Parameters,
  access: Access,
  verb: string,
): Promise<() => Promise<void>> {
  const settings = new Map(given.settings);
  const readonly = settings.get('readonly') ?? '0';
  settings.delete('readonly');
  if (access === 'readNoSettings' && given.settings.size > 0)
    throw refusal('READONLY', `Cannot modify '${[...given.settings.keys()][0]}' setting in readonly mode`);
  if ((access !== 'all' || readonly !== '0') && !readVerbs.has(verb))
    throw refusal('READONLY', 'Cannot execute query in readonly mode');
  const undo = await undoStatements(session, given, settings);
  const statements = [...stateStatements(given), ...settingStatements(settings)];
  const restore = async () => {
    if (undo.length > 0) await session.run(undo.join(';\n'));
  };
  try {
    if (statements.length > 0) await session.run(statements.join(';\n'));
  } catch (thrown) {
    await restore();
    throw thrown;
  }
  return restore;
}

const readVerbs = new Set([
  '',
  'CHECK',
  'DESC',
  'DESCRIBE',
  'EXISTS',
  'EXPLAIN',
  'FROM',
  'KILL',
  'SELECT',
  'SET',
  'SHOW',
  'USE',
  'WITH',
]);

function stateStatements({ database, substitutions }: Parameters): string[] {
  const use = database === undefined ? [] : [`USE ${ident(database)}`];
  return [...use, ...[...substitutions].map(([name, value]) => `SET param_${name} = ${literal(value)}`)];
}

function settingStatements(settings: ReadonlyMap<string, string>): string[] {
  if (settings.size === 0) return [];
  return [`SET ${[...settings].map(([name, value]) => `${name} = ${literal(value)}`).join(', ')}`];
}

async function undoStatements(
  session: EngineSession,
  { database }: Parameters,
  settings: ReadonlyMap<string, string>,
): Promise<string[]> {
  if (database === undefined && settings.size === 0) return [];
  const { bytes } = await session.run(
    `SELECT currentDatabase(), groupArray((name, value, changed)) FROM system.settings
     WHERE has(${literal([...settings.keys(), ''])}, name)`,
    'JSONCompactEachRow',
  );
  const [before, values] = JSON.parse(Buffer.from(bytes).toString()) as [string, [string, string, number][]];
  return [
    `USE ${ident(before)}`,
    ...values.map(([name, value, changed]) => `SET ${name} = ${changed ? literal(value) : 'DEFAULT'}`),
  ];
}
