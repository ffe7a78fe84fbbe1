import { durationMs } from '../core/time/duration';
import type { RuleUnit } from '../packs/rule';

/** How a limit of each unit is written, for messages. */
export const limitExamples: Readonly<Record<RuleUnit, string>> = {
  ratio: '3 % or 0.03',
  ms: '800 ms or 1.5 s',
  seconds: '90 s, 15 m or 2 h',
  bytes: '5 GiB, 500 MiB or 1000000',
  count: '100',
  rate: '5/s or 5',
  times: '1.5',
  money: '1000',
};

const byteUnits: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
  kB: 1000,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
};

/**
 * Reads a limit as tidemark.yaml has it: a plain number is in the unit's own measure; `undefined` where it is none of that unit,
 * below zero, or a number as text without its unit.
 * @example limitValue('3 %', 'ratio') // 0.03
 * @example limitValue('800 ms', 'ratio') // undefined
 */
export function limitValue(written: number | string, unit: RuleUnit): number | undefined {
  if (typeof written === 'number') return Number.isFinite(written) && written >= 0 ? written : undefined;
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z%/]*)$/.exec(written.trim());
  if (!match) return undefined;
  const [, digits = '', suffix = ''] = match;
  const number = Number(digits);
  if (suffix === '') return number;
  switch (unit) {
    case 'ratio':
      return suffix === '%' ? number / 100 : undefined;
    case 'ms':
      return lengthMs(number, suffix);
    case 'seconds': {
      const ms = lengthMs(number, suffix);
      return ms === undefined ? undefined : ms / 1000;
    }
    case 'bytes':
      return byteUnits[suffix] === undefined ? undefined : number * byteUnits[suffix];
    case 'rate':
      return suffix === '/s' ? number : undefined;
    case 'times':
      return suffix === 'x' ? number : undefined;
    default:
      return undefined;
  }
}

const lengthMs = (number: number, suffix: string): number | undefined => {
  const one = durationMs(`1${suffix}`);
  return one === undefined ? undefined : number * one;
};
