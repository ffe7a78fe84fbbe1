import { parseConfig } from '../config/parse';
import type { Db } from '../core/db';
import { TidemarkError } from '../core/errors';
import type { RoleName } from '../core/model';
import { inspect } from '../schema';
import type { Proposal } from './propose';
import type { FileOptions } from './write';
import { configFile } from './write';

/** A file that `tidemark migrate` accepts. */
export interface Written {
  readonly text: string;
  readonly chosen: ReadonlyMap<RoleName, Proposal>;
  /** Roles whose proposal migrate would refuse, with its sentence. */
  readonly refused: readonly { readonly role: RoleName; readonly why: string }[];
}

/**
 * Writes the file and has each role judged as migrate will: what it would refuse is left out and told. Throws the server's
 * errors.
 */
export async function acceptedFile(
  db: Db,
  chosen: ReadonlyMap<RoleName, Proposal>,
  options: FileOptions,
): Promise<Written> {
  const refused: { role: RoleName; why: string }[] = [];
  const kept = new Map<RoleName, Proposal>();
  for (const [role, proposal] of chosen) {
    const why = await refusal(db, new Map([[role, proposal]]), options);
    if (why === undefined) kept.set(role, proposal);
    else refused.push({ role, why });
  }
  return { text: configFile(kept, options), chosen: kept, refused };
}

async function refusal(
  db: Db,
  chosen: ReadonlyMap<RoleName, Proposal>,
  options: FileOptions,
): Promise<string | undefined> {
  try {
    await inspect(parseConfig(configFile(chosen, options), { file: 'tidemark.yaml', env: {} }), db);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof TidemarkError && (thrown.code.startsWith('config_') || 'role' in thrown.facts))
      return thrown.message;
    throw thrown;
  }
}
