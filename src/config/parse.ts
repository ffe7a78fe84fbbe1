import { LineCounter, isScalar, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';

import { roleNames } from '../core/model';
import { toAlerts } from './alerts';
import { crossChecks } from './checks';
import { toCollect, toPipeline } from './collect';
import type { Config } from './config';
import { substituteEnv } from './env';
import type { Env } from './env';
import { withDbtJobs } from './dbtJobs';
import { fail } from './errors';
import { problemsOf } from './issues';
import { inFileOrder, locate } from './problem';
import type { Path, Problem } from './problem';
import { toRole } from './role';
import type { ParsedRole } from './role';
import { meaningProblems, toFunnel, toRetention } from './saved';
import { configJsonSchema, configSchema } from './schema';

/** Where the text came from and which environment its references mean. */
export interface ParseOptions {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly env: Env;
}

/**
 * Reads the text of a tidemark.yaml. Throws `config_invalid` with every problem at once (file, line, column, key,
 * accepted values); where the text is no YAML, only with the places at which it breaks.
 * @example parseConfig('version: 1\nconnection: {url: "http://localhost:8123"}', { file: 'tidemark.yaml', env: {} }).refresh.everySeconds // 5
 */
export function parseConfig(text: string, { file, env }: ParseOptions): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0)
    throw fail('config_invalid', { file, problems: syntaxProblems(file, document, lines) });
  const unset = replaceReferences(document, env);
  const content: unknown = document.toJS() ?? {};
  const parsed = configSchema.safeParse(content);
  const found = parsed.success ? [] : problemsOf(parsed.error.issues, content, configJsonSchema());
  const unclear = parsed.success ? meaningProblems(parsed.data.funnels) : [];
  const unsetPaths = new Set(unset.map(({ path }) => path.join('.')));
  const crossed = crossChecks(content);
  // A funnel that another check speaks of already needs no second sentence.
  const meant = unclear.filter(({ path }) => !crossed.some((p) => p.path.slice(0, 2).join('.') === path.join('.')));
  const others = [...found, ...crossed, ...meant].filter(({ path }) => !unsetPaths.has(path.join('.')));
  const problems = inFileOrder(document, [...unset, ...others]);
  if (!parsed.success || problems.length > 0)
    throw fail('config_invalid', { file, problems: problems.map((p) => locate(file, document, lines, p)) });
  return toConfig(file, parsed.data);
}

function syntaxProblems(file: string, document: Document, lines: LineCounter): string[] {
  return document.errors.map(({ message, pos }) => {
    const { line, col } = lines.linePos(pos[0]);
    return `${file}:${line}:${col} This is not valid YAML: ${message.trim().replace(/\.?$/, '.')} Check indentation, colons and quotes there.`;
  });
}

function replaceReferences(document: Document, env: Env): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string') return;
      const { text, missing } = substituteEnv(node.value, env);
      node.value = text;
      for (const name of missing) {
        const advice = `Environment variable ${name} is not set. Set it, or write a default: \${${name}:-value}.`;
        problems.push({ path: pathOf(ancestors), at: 'value', text: advice });
      }
    },
  });
  return problems;
}

function pathOf(ancestors: readonly unknown[]): Path {
  return ancestors.flatMap((node) => {
    const key = typeof node === 'object' && node !== null && 'key' in node ? node.key : undefined;
    return isScalar(key) ? [String(key.value)] : [];
  });
}

type Parsed = NonNullable<ReturnType<typeof configSchema.safeParse>['data']>;

function toConfig(file: string, parsed: Parsed): Config {
  const { connection, reporting, refresh, tiers, roles, funnels, retentions, alerts, pipelines, collect } = parsed;
  const mapped = roleNames.flatMap((name) => {
    const role = roles[name] as ParsedRole | undefined;
    return role ? [[name, toRole(role)] as const] : [];
  });
  const url = new URL(connection.url).origin;
  const collected = collect && toCollect(collect);
  const { cluster, ...login } = connection;
  return {
    file,
    connection: { ...login, url, ...(cluster !== undefined && { cluster }) },
    reporting,
    refresh,
    tiers,
    roles: Object.fromEntries(mapped),
    funnels: Object.entries(funnels).map(([name, written]) => toFunnel(name, written)),
    retentions: Object.entries(retentions).map(([name, written]) => toRetention(name, written)),
    alerts: withDbtJobs(toAlerts(alerts), collected),
    pipelines: Object.entries(pipelines).map(([name, written]) => toPipeline(name, written)),
    ...(collected && { collect: collected }),
  };
}
