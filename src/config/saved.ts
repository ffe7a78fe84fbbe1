import { TidemarkError } from '../core/errors';
import { checkFunnel } from '../core/funnel/check';
import type { EventPick, FunnelExclusion, FunnelSpec, FunnelStep, Wanted } from '../core/funnel/spec';
import type { RetentionSpec } from '../core/retention/spec';
import { durationMs } from '../core/time/duration';
import type { Problem } from './problem';
import type { WrittenFunnel, WrittenRetention } from './savedSchema';

type WrittenWhere = Readonly<Record<string, string | readonly string[]>> | undefined;

const wanted = (where: WrittenWhere): { readonly where?: Wanted } => {
  const entries = Object.entries(where ?? {}).map(([k, v]) => [k, typeof v === 'string' ? [v] : v] as const);
  return entries.length === 0 ? {} : { where: Object.fromEntries(entries) };
};

const pickOf = (written: { readonly event: string; readonly where?: WrittenWhere }): EventPick => ({
  event: written.event,
  ...wanted(written.where),
});

/** A funnel of the file as the other rooms see it. Its window was checked (`checks/saved.ts`). */
export function toFunnel(name: string, written: WrittenFunnel): FunnelSpec {
  const { title = name, description, steps, order, window, exclude, by, breakdown, attribution } = written;
  return {
    name,
    title,
    ...(description !== undefined && { description }),
    steps: steps.map((step): FunnelStep => ({
      ...pickOf(step),
      ...(step.title !== undefined && { title: step.title }),
      ...(step.optional && { optional: true }),
    })),
    order,
    windowMs: durationMs(window) ?? 0,
    exclusions: exclude.map((e): FunnelExclusion => ({
      ...pickOf(e),
      after: e.after,
      before: e.before ?? steps.length,
    })),
    by,
    ...(breakdown !== undefined && { breakdown }),
    attribution,
  };
}

/** What is wrong with a funnel that is well written, but means nothing. */
export function meaningProblems(funnels: Readonly<Record<string, WrittenFunnel>>): Problem[] {
  return Object.entries(funnels).flatMap(([name, written]): Problem[] => {
    try {
      checkFunnel(toFunnel(name, written));
      return [];
    } catch (thrown) {
      if (!(thrown instanceof TidemarkError)) throw thrown;
      return [{ path: ['funnels', name], at: 'key', text: thrown.message }];
    }
  });
}

/** A retention of the file as the other rooms see it. */
export function toRetention(name: string, written: WrittenRetention): RetentionSpec {
  const { title = name, description, start, back, breakdown, mode, interval, windows, by, periods } = written;
  return {
    name,
    title,
    ...(description !== undefined && { description }),
    ...(start && { start: pickOf(start) }),
    ...(back && { back: pickOf(back) }),
    mode,
    interval,
    windows,
    by,
    ...(breakdown !== undefined && { breakdown }),
    periods,
  };
}
