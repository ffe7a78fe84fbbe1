import type { MacroArgument, MacroContext, Refuse } from './macro';

/** The argument that says how many points are kept. */
export const pointsArgument: MacroArgument = {
  name: 'points',
  description: 'how many points to keep, or `auto`: the range divided by the interval',
};

/** Number of points that the argument asks for, at least 1. */
export function pointsOf(argument: string, { fromMs, toMs, intervalMs }: MacroContext, refuse: Refuse): number {
  if (/^'?auto'?$/i.test(argument)) return Math.max(1, Math.floor((toMs - fromMs) / intervalMs));
  if (!/^[1-9]\d{0,8}$/.test(argument))
    throw refuse(`"${argument}" is no number of points. Write a whole number above 0, or auto.`);
  return Number(argument);
}
