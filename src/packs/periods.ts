/** Seconds between two refreshes of finished numbers that read much at once: weeks, months, cohorts, saved funnels and retentions. */
export const rareSeconds = 300;

/** Periods between two refreshes of what nobody watches by the second: upper tiers, the queue of late days, class *moving*. */
export const calmPeriods = 6;
