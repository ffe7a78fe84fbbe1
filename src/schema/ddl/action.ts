import type { Db } from '../../core/db';
import type { FillProgress } from './fill';

/** What has to happen to one object. `rebuild`: a new table is filled beside the old one and takes its name atomically. */
export type ActionKind = 'create' | 'replace' | 'rebuild' | 'drop' | 'unchanged';

/** Kinds of objects that migrate makes. */
export type ObjectKind = 'database' | 'table' | 'rollup' | 'ledger' | 'refresh' | 'view' | 'catalogue';

/** One object of the database and what migrate does about it; `statements` run in order. */
export interface Action {
  readonly object: string;
  readonly kind: ObjectKind;
  readonly action: ActionKind;
  readonly statements: readonly string[];
  /** What follows the statements. */
  readonly then?: Work;
  /** What is remembered of the object once everything has run; absent for drops and the database. */
  readonly hash?: string;
}

/** Work that depends on the moment at which it is done: filling a table, and taking it into use. */
export interface Work {
  /** Its DDL as it would be now; moments in it may differ when it is done. */
  readonly shows: readonly string[];
  run(db: Db, onFill: (progress: FillProgress) => void | Promise<void>): Promise<void>;
}

/** An object that tidemark.yaml asks for. */
export interface Desired {
  readonly object: string;
  readonly kind: ObjectKind;
  readonly hash: string;
  /** @param wasLost whether it was there, and somebody dropped it by hand */
  create(wasLost: boolean): Pick<Action, 'statements' | 'then'>;
  replace(): Pick<Action, 'statements' | 'then'>;
  /** Object, or objects, whose making anew makes this one anew. */
  readonly follows?: string | readonly string[];
  /** Tables of mode *insert*: the view without which no row is counted; where it is missing, the table is filled anew. */
  readonly fedBy?: string;
}

/** What the making of an object depends on beside the installation. */
export interface Making {
  /** Roles whose source is too large to be counted by one statement. */
  readonly large: ReadonlySet<string>;
  /** Table or view of the database → its comment. */
  readonly comments: ReadonlyMap<string, string>;
  /** Whether an INSERT reaches all rows; not where a cluster has several shards. */
  readonly onePlace: boolean;
  /** Rows of a source that one statement of a filling counts at most; a few million when absent. */
  readonly chunkRows?: number;
  /** Moment (UTC text) up to which all stamped rows are visible. */
  readonly settled: string;
}
