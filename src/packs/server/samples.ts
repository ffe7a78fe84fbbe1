/** Counters of `system.events` that rules compare with what they were: kept in `samples` whenever they change. */
export const sampledEvents = [
  'DelayedInserts',
  'RejectedInserts',
  'ZooKeeperHardwareExceptions',
  'ZooKeeperOtherExceptions',
] as const;
