import { lawTests } from '../../testing/law/tests';

// subscription_day: the last change of the day; mrr_day: finished levels and what moved them.
lawTests('subscriptions', [
  ['append', 'plain'],
  ['moving', 'plain'],
  ['fixed', 'plain'],
  ['moving', 'replacing'],
]);
