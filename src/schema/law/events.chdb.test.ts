import { lawTests } from '../../testing/law/tests';

// user_day, event_minute/quarter/day, step_day, active_day; a dimension from a Map column as a key.
lawTests('events', [
  ['append', 'replacing'],
  ['moving', 'replacing'],
  ['fixed', 'plain'],
  ['moving', 'plain'],
]);
