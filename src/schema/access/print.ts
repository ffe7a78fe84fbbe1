import { profilesPart, quotaPart } from './limits';
import type { AccessPart, AccessStatement } from './part';
import type { AccessPlan } from './plan';
import { rolesPart } from './roles';
import { tenantsPart } from './tenants';
import { usersPart } from './users';

const width = 118;

/** All parts in the order in which they must run. */
export function accessParts(plan: AccessPlan): readonly AccessPart[] {
  const tenants = tenantsPart(plan);
  return [rolesPart(plan), profilesPart(plan), quotaPart(plan), usersPart(plan), ...(tenants ? [tenants] : [])];
}

/** The whole script for `clickhouse client --multiquery`: idempotent, explained by comments. Ends with a line break. */
export function printAccess(plan: AccessPlan): string {
  const about = [
    `Who may do what with Tidemark's database ${oneLine(plan.database)}${plan.cluster === undefined ? '' : `, on every server of cluster ${oneLine(plan.cluster)}`}. Written by tidemark migrate --print-access, which changes nothing itself.`,
    'Run it as a user with access_management, again after each change of tidemark.yaml: everything in it can be repeated.',
    ...(plan.tenants ? [] : ['Several tenants in one database? --tenant-column NAME adds row policies for them.']),
  ];
  return [comment(about), ...accessParts(plan).map(printPart)].join('\n\n') + '\n';
}

function printPart({ title, about, statements }: AccessPart): string {
  return [`-- ${'='.repeat(4)} ${title} ${'='.repeat(4)}`, comment(about), '', ...statements.map(printStatement)].join(
    '\n',
  );
}

const printStatement = ({ sql, template = false }: AccessStatement): string =>
  template ? `${sql};`.replace(/^/gm, '-- ') : `${sql};`;

const comment = (paragraphs: readonly string[]): string => paragraphs.map(wrapped).join('\n');

/** A paragraph as comment lines; what goes on is set in by two. A name with a line break must not leave the comment. */
function wrapped(paragraph: string): string {
  const indent = /^ */.exec(paragraph)?.[0] ?? '';
  const lines: string[] = [];
  let line = `--${indent}`;
  for (const word of oneLine(paragraph).trim().split(' ')) {
    if (line.length + word.length + 1 > width) {
      lines.push(line);
      line = `--${indent}  `;
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}

const oneLine = (text: string): string => text.replace(/[\r\n\u2028\u2029]+/g, ' ');
