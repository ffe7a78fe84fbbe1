import { ident } from '../../core/sql/quote';
import type { AccessPlan } from './plan';

/** One access statement, without a semicolon. */
export interface AccessStatement {
  readonly sql: string;
  /** Printed as a comment: it holds placeholders, or is only for some. */
  readonly template?: boolean;
}

/** A section of what is printed. */
export interface AccessPart {
  readonly title: string;
  /** Why it is so; one paragraph each. */
  readonly about: readonly string[];
  readonly statements: readonly AccessStatement[];
}

/** ` ON CLUSTER …`, or nothing. ClickHouse takes a cluster's name as an identifier. */
export const onCluster = ({ cluster }: Pick<AccessPlan, 'cluster'>): string =>
  cluster === undefined ? '' : ` ON CLUSTER ${ident(cluster)}`;
