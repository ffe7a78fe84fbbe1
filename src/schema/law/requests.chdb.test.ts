import { lawTests } from '../../testing/law/tests';

// request_minute/quarter/day: counts and sums exact, quantiles between the neighbouring ranks within 1 %.
lawTests('requests', [
  ['fixed', 'replacing'],
  ['append', 'plain'],
  ['moving', 'replacing'],
  ['append', 'replacing'],
]);
