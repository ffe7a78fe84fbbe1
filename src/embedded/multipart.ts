import busboy from 'busboy';

import { ident, literal } from '../core/sql/quote';
import { refusal } from './engineError';

import type { EngineSession } from './engine';
import type { Spool, SpoolFile } from './spool';
import type { IncomingMessage } from 'node:http';

/** A `multipart/form-data` request: parameters beside those of the URL, and data of external tables. */
export interface Form {
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** By table name. */
  readonly files: ReadonlyMap<string, SpoolFile>;
}

const maxFieldBytes = 64 * 1024 * 1024;

/** Reads a form to its end; files go to the spool. Throws INCORRECT_DATA for a form that is none. */
export async function readForm(request: IncomingMessage, spool: Spool): Promise<Form> {
  const fields: [string, string][] = [];
  const writing: Promise<[string, SpoolFile]>[] = [];
  await new Promise<void>((resolve, reject) => {
    const parser = busboy({ headers: request.headers, limits: { fieldSize: maxFieldBytes } });
    parser.on('field', (name, value, { valueTruncated }) => {
      if (valueTruncated) reject(refusal('BAD_ARGUMENTS', `Form field ${name} is longer than ${maxFieldBytes} bytes`));
      fields.push([name, value]);
    });
    parser.on('file', (name, stream) => writing.push(spool.write(stream).then((file) => [name, file])));
    parser.on('error', (error) => reject(refusal('INCORRECT_DATA', `The form cannot be read: ${String(error)}`)));
    parser.on('close', resolve);
    request.on('error', reject);
    request.pipe(parser);
  });
  return { fields, files: new Map(await Promise.all(writing)) };
}

/**
 * The parameters that are not about external tables: for each file `t` those are `t_structure` or `t_types`, and
 * `t_format`.
 */
export function withoutTableParameters(
  given: readonly (readonly [string, string])[],
  files: ReadonlyMap<string, unknown>,
): (readonly [string, string])[] {
  const owned = new Set(
    [...files.keys()].flatMap((table) => [`${table}_structure`, `${table}_types`, `${table}_format`]),
  );
  return given.filter(([name]) => !owned.has(name));
}

/**
 * Makes a temporary table of each file, as ClickHouse does. Throws BAD_ARGUMENTS where a table's structure is missing,
 * and what the engine says of structure and data.
 */
export async function createExternalTables(
  session: EngineSession,
  given: readonly (readonly [string, string])[],
  files: ReadonlyMap<string, SpoolFile>,
): Promise<void> {
  const all = new Map(given);
  for (const [table, file] of files) {
    const types = all.get(`${table}_types`);
    const structure = all.get(`${table}_structure`) ?? (types && unnamedColumns(types));
    if (!structure)
      throw refusal('BAD_ARGUMENTS', `Neither structure nor types have not been provided for external table ${table}`);
    const format = all.get(`${table}_format`) ?? 'TabSeparated';
    await session.run(`CREATE TEMPORARY TABLE ${ident(table)} (${structure})`);
    await session.run(`INSERT INTO ${ident(table)} FROM INFILE ${literal(file.path)} FORMAT ${format}`);
  }
}

/** `UInt8,Array(String)` → `_1 UInt8, _2 Array(String)`: commas inside brackets do not separate. */
function unnamedColumns(types: string): string {
  let depth = 0;
  const columns = [''];
  for (const character of types) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) columns.push('');
    else columns[columns.length - 1] += character;
  }
  return columns.map((type, i) => `_${i + 1} ${type.trim()}`).join(', ');
}
