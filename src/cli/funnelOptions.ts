import { checkFunnel } from '../core/funnel/check';
import type { Attribution, FunnelExclusion, FunnelOrder, FunnelSpec, FunnelStep } from '../core/funnel/spec';
import { TidemarkError } from '../core/errors';
import { durationMs } from '../core/time/duration';
import { nearest } from '../config/nearest';
import { fail as refuse } from '../core/funnel/errors';
import { fail } from './errors';

/** Options by which a funnel is written on the command line. */
export interface FunnelFlags {
  readonly steps?: string;
  readonly window?: string;
  readonly order?: FunnelOrder;
  readonly exclude?: readonly string[];
  readonly by?: string;
  readonly breakdown?: string;
  readonly attribution?: string;
}

const defaultWindow = '14d';

/**
 * The funnel that the command line means: a saved one by its name, or one of `--steps`. Throws usage errors, with the name that was
 * probably meant.
 */
export function funnelOf(name: string | undefined, flags: FunnelFlags, saved: readonly FunnelSpec[]): FunnelSpec {
  if (flags.steps === undefined) return savedFunnel(name, flags, saved);
  if (name !== undefined)
    throw fail('usage_only_with', { option: `The name "${name}"`, other: 'a funnel without --steps' });
  const steps = flags.steps.split(/,(?![^[]*\])/).map((text) => stepOf(text.trim()));
  const { window = defaultWindow, order = 'ordered', exclude = [], by = 'user', breakdown } = flags;
  const windowMs = durationMs(window);
  if (windowMs === undefined) throw fail('usage_bad_window', { given: window });
  const funnel: FunnelSpec = {
    name: 'of --steps',
    title: steps.map((s) => s.event).join(' → '),
    steps,
    order,
    windowMs,
    exclusions: exclude.map((text) => exclusionOf(text, steps.length)),
    by,
    ...(breakdown !== undefined && { breakdown }),
    attribution: attributionOf(flags.attribution),
  };
  return usage(funnel);
}

function savedFunnel(name: string | undefined, flags: FunnelFlags, saved: readonly FunnelSpec[]): FunnelSpec {
  const names = saved.map((f) => f.name);
  if (name === undefined) throw fail('usage_funnel_what', { saved: names });
  const found = saved.find((f) => f.name === name);
  if (!found) {
    const near = nearest(name, names);
    const { message, facts } = refuse('unknown_funnel', { funnel: name, accepted: names });
    throw new TidemarkError('usage_unknown_funnel', near ? `${message} Did you mean ${near}?` : message, facts);
  }
  const { window, order, exclude, by, breakdown, attribution } = flags;
  const own = Object.entries({
    window,
    order,
    exclude: exclude?.length ? exclude : undefined,
    by,
    breakdown,
    attribution,
  });
  const [changed] = own.find(([, value]) => value !== undefined) ?? [];
  if (changed !== undefined) throw fail('usage_only_with', { option: `--${changed}`, other: '--steps' });
  return found;
}

/** What a funnel cannot be is the command line's fault. */
function usage(funnel: FunnelSpec): FunnelSpec {
  try {
    checkFunnel(funnel);
    return funnel;
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    throw new TidemarkError(`usage_${thrown.code}`, thrown.message, thrown.facts);
  }
}

/** `purchase`, `purchase?`, `purchase[plan=pro|team;country=DE]?`. */
function stepOf(text: string): FunnelStep {
  const match = /^([^[\]?]+?)(?:\[([^[\]]*)\])?(\?)?$/.exec(text);
  const event = match?.[1];
  if (event === undefined) throw fail('usage_bad_step', { given: text });
  const filters = (match?.[2] ?? '').split(';').filter((part) => part.trim() !== '');
  const where = filters.map((part) => {
    const [, dimension, values] = /^\s*(\w+)\s*=(.*)$/.exec(part) ?? [];
    if (dimension === undefined || values === undefined) throw fail('usage_bad_step', { given: text });
    return [dimension, values.split('|')] as const;
  });
  return {
    event,
    ...(where.length > 0 && { where: Object.fromEntries(where) }),
    ...(match?.[3] !== undefined && { optional: true }),
  };
}

/** `refund` between the first and the last step, `refund:2-3`. */
function exclusionOf(text: string, steps: number): FunnelExclusion {
  const match = /^(.+?)(?::(\d+)-(\d+))?$/.exec(text);
  if (!match?.[1]) throw fail('usage_bad_exclusion', { given: text });
  return { event: match[1], after: Number(match[2] ?? 1), before: Number(match[3] ?? steps) };
}

function attributionOf(text = 'first'): Attribution {
  if (text === 'first' || text === 'last') return text;
  if (!/^\d+$/.test(text)) throw fail('usage_bad_number', { option: '--attribution', given: text });
  return Number(text);
}
