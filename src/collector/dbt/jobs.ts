import type { DbtConfig, DbtJobConfig } from '../../config/collectConfig';
import type { RunResults } from './artifacts';

/** What of an invocation says which job it is. */
export interface Asked {
  /** `build`, `run`, `retry`, … */
  readonly command: string;
  /** What it passed to `--select`, in order of the alphabet, with blanks between. */
  readonly selects: string;
}

/** Job of every invocation where tidemark.yaml names none. */
export const anyJob = 'all';

/** Commands that make something: the others only look (compile, docs, show, list) or test. */
const making: readonly string[] = ['build', 'run', 'seed', 'snapshot', 'retry', 'clone', 'run-operation'];

/** Commands whose results say nothing of the data: `dbt compile` calls every node a success. */
const looking: readonly string[] = ['compile', 'generate', 'docs', 'show', 'list', 'ls', 'parse', 'debug'];

/** What an invocation was asked to do. `dbt retry` calls itself by the command that it repeats; its command line tells. */
export function askedOf({ args }: RunResults): Asked {
  const line = typeof args['invocation_command'] === 'string' ? args['invocation_command'] : '';
  const which = typeof args['which'] === 'string' ? args['which'] : '';
  const { select } = args;
  return {
    command: /^\S+\s(?:.*\s)?retry(?:\s|$)/.test(line) ? 'retry' : which,
    selects: Array.isArray(select) ? inOrder(select.join(' ')) : typeof select === 'string' ? inOrder(select) : '',
  };
}

const inOrder = (select: string) => select.split(/\s+/).filter(Boolean).sort().join(' ');

/** The job of an invocation: the one that was told, else the one that selects the same, else the one that takes all; `''`: none. */
export function jobOf(asked: Asked, { jobs }: DbtConfig, told: string | undefined): string {
  if (told !== undefined) return told;
  if (jobs.length === 0) return anyJob;
  const isOf = (job: DbtJobConfig) => job.selects !== undefined && inOrder(job.selects) === asked.selects;
  return (jobs.find(isOf) ?? jobs.find((job) => job.selects === undefined))?.name ?? '';
}

/** Whether the results of an invocation tell how its nodes are. With `--empty` they are made without rows. */
export const isProof = ({ command }: Asked, { args }: RunResults): boolean =>
  !looking.includes(command) && args['empty'] !== true;

/** Whether a success of the invocation is one of the job: `dbt compile`, or the tests beside a model run, are none. */
export function isJobsWork({ command }: Asked, job: string, { jobs }: DbtConfig): boolean {
  const own = jobs.find(({ name }) => name === job)?.command;
  return own === undefined ? making.includes(command) : command === own || command === 'retry';
}
