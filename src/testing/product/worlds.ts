import { stepNames } from '../law/history';
import type { ProductWorld } from './world';

/**
 * Two worlds with both classes of sources and both week starts, in zones whose clocks change (Lord Howe by half an hour) or lie
 * 5:45 h off UTC. `TIDEMARK_SEED` gives others; there are no more eras before time ends in 2105.
 */
export function productWorlds(name: string): readonly [ProductWorld, ProductWorld] {
  const seed = Number(process.env['TIDEMARK_SEED'] ?? 1);
  const shared = { histories: 280, events: [...stepNames, 'view'] };
  return [
    {
      ...shared,
      name: `${name}_append`,
      sourceClass: 'append',
      zones: ['Europe/Berlin', 'America/New_York'],
      weekStart: 'monday',
      seed,
    },
    {
      ...shared,
      name: `${name}_moving`,
      sourceClass: 'moving',
      zones: ['Australia/Lord_Howe', 'Asia/Kathmandu'],
      weekStart: 'sunday',
      seed: seed + 1,
    },
  ];
}
