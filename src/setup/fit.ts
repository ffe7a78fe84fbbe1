import { wanted } from '../schema/inspect/types';
import { bareType } from '../schema/inspect';
import type { RoleName } from '../core/model';
import type { Look } from './look';
import { currencyInName, nameScore } from './names';
import type { TableColumn } from './tables';
import { vocabulary } from './vocabulary';

/** How well a column fits a logical column of a role: 0 to 1, and in words. */
export interface Fit {
  readonly score: number;
  /** Parts of a sentence. */
  readonly why: readonly string[];
}

const no: Fit = { score: 0, why: [] };
const text = /^(String|FixedString\(\d+\))$/;
/** Types of logical columns that `wanted` leaves open. */
const texts = ['event', 'service', 'endpoint', 'release', 'currency', 'plan'];

/** Judges a column by its name, its type and what its sampled values are. `look` is absent where no rows were looked at. */
export function fitOf(role: RoleName, logical: string, column: TableColumn, look: Look | undefined): Fit {
  const type = bareType(column.type);
  if (!typeFits(logical, type)) return no;
  const named = nameFit(role, logical, column);
  if (named.score === 0) return no;
  if (!look || look.rows === 0) return { score: named.score * 0.9, why: [...named.why, 'the table is empty'] };
  if (look.filled === 0) return { score: named.score * 0.3, why: [...named.why, 'no sampled row has a value'] };
  const judged = judge[logical]?.(look) ?? { factor: 1, why: '' };
  const score = Math.max(0, Math.min(1, named.score * judged.factor));
  return { score, why: judged.why === '' ? named.why : [...named.why, judged.why] };
}

function typeFits(logical: string, type: string): boolean {
  if (texts.includes(logical)) return text.test(type);
  if (logical === 'id') return wanted['user']?.fits.test(type) ?? false;
  if (logical === 'version') return /^U?Int(8|16|32|64|128|256)$/.test(type);
  if (logical === 'time') return /^(DateTime|Date)/.test(type);
  return wanted[logical]?.fits.test(type) ?? true;
}

function nameFit(role: RoleName, logical: string, { name, type, preset }: TableColumn): Fit {
  const names = vocabulary[role].columns[logical] ?? [];
  const own = nameScore(name, names);
  const money = ['amount', 'refundAmount', 'mrr'].includes(logical);
  const bare = money ? nameScore(currencyInName(name).rest, names) : 0;
  const score = Math.max(own, bare);
  const why = score === 0 ? [] : ['its name'];
  if (logical === 'ingestedAt' && /\bnow(64)?\(/.test(preset))
    return { score: Math.max(score, 0.9), why: [...why, `stamped by the server (DEFAULT ${preset})`] };
  if (logical === 'ingestedAt' && score > 0) return { score: score * 0.85, why: [...why, 'not stamped by the server'] };
  if (money && /^Float/.test(bareType(type))) return { score: score * 0.9, why: [...why, 'a float: summed inexactly'] };
  if (logical === 'durationMs' && score === 0.65)
    return { score, why: [...why, 'which tells no unit: taken for milliseconds'] };
  return { score, why };
}

/** What values say: a factor to the score, and words. */
interface Judgement {
  readonly factor: number;
  readonly why: string;
}

const share = ({ counts }: Look, form: RegExp): number => {
  const all = counts.reduce((sum, [, n]) => sum + n, 0);
  const fitting = counts.reduce((sum, [value, n]) => sum + (form.test(value) ? n : 0), 0);
  return all === 0 ? 0 : fitting / all;
};

const manyValues = 1000;

/** Value tests by logical column. */
const judge: Readonly<Record<string, (look: Look) => Judgement>> = {
  time: (look) =>
    share(look, /^(19[89]|20)\d/) < 0.9
      ? { factor: 0.4, why: 'its values are not of our time' }
      : { factor: look.filled / look.rows < 0.9 ? 0.7 : 1, why: '' },
  event: (look) => {
    if (look.filled > 100 && look.distinct / look.filled > 0.5)
      return { factor: 0.2, why: 'nearly each row has another value' };
    if (look.personal) return { factor: 0.2, why: 'its values look like personal data' };
    return look.distinct > manyValues
      ? { factor: 0.7, why: 'very many values' }
      : { factor: 1, why: 'few values that come again' };
  },
  user: (look) =>
    look.filled > 100 && look.distinct === 1 ? { factor: 0.4, why: 'one value in all rows' } : { factor: 1, why: '' },
  // A stream may deliver each row several times.
  id: ({ distinct, filled }) =>
    distinct / filled < 0.1
      ? { factor: 0.3, why: 'its values come again too often' }
      : {
          factor: 1,
          why:
            distinct === filled
              ? 'each row has its own'
              : `${Math.round((100 * distinct) / filled)} different ones in 100 rows`,
        },
  currency: (look) =>
    share(look, /^[A-Za-z]{3}$/) > 0.9
      ? { factor: 1.15, why: 'codes of three letters' }
      : { factor: 0.2, why: 'no codes of currencies' },
  status: (look) =>
    share(look, /^[1-5]\d\d$/) > 0.9
      ? { factor: 1.1, why: 'values are HTTP statuses' }
      : { factor: 0.2, why: 'no HTTP statuses' },
  endpoint: (look) =>
    share(look, /^([A-Z]+ )?\//) > 0.8 ? { factor: 1.15, why: 'values are paths' } : { factor: 0.9, why: '' },
  release: (look) =>
    share(look, /^[a-z-]*\d+\.\d+/i) > 0.7 ? { factor: 1.15, why: 'values are versions' } : { factor: 0.8, why: '' },
  amount: (look) => notNegative(look),
  refundAmount: (look) => notNegative(look),
  mrr: (look) => notNegative(look),
  durationMs: (look) => notNegative(look),
};

const notNegative = (look: Look): Judgement =>
  share(look, /^-/) > 0.3 ? { factor: 0.6, why: 'many negative values' } : { factor: 1, why: '' };
