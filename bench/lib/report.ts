import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

/** Where results go unless another folder is named. */
export const resultsFolder = join(import.meta.dirname ?? __dirname, '..', 'results');

/** Where and with what a benchmark ran. */
export function circumstances(command: string, versions: Readonly<Record<string, string>>) {
  const cpu = cpus();
  return {
    date: new Date().toISOString(),
    command,
    commit: commit(),
    machine: `${cpu[0]?.model.trim() ?? 'unknown CPU'}, ${cpu.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
    versions: { node: process.versions.node, v8: process.versions.v8, ...versions },
  };
}

export type Circumstances = ReturnType<typeof circumstances>;

/** The same as the paragraph that stands in every report. */
export function circumstancesText(facts: Circumstances, name: string): string {
  const versions = Object.entries(facts.versions).map(([program, version]) => `${program} ${version}`);
  return `${facts.date}, commit ${facts.commit}, \`${facts.command}\`
${facts.machine}; ${versions.join(', ')}. Raw: \`${name}.json\`.`;
}

/** The command line of this run, as a user types it. */
export const commandLine = (): string => `npm run bench -- ${process.argv.slice(2).join(' ')}`;

function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd: resultsFolder }).trim();
    const changed = git('status', '--porcelain', '--', ':/src', ':/bench/*.ts') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}

/** Writes `<name>.json` and `<name>.md` into bench/results, or into another folder. */
export function writeReport(name: string, data: object, markdown: string, folder: string = resultsFolder): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(data, null, 2)}\n`);
  writeFileSync(join(folder, `${name}.md`), markdown);
}

/** A Markdown table; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
