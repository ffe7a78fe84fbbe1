import type { Check } from './check';
import { alerts } from './checks/alerts';
import { arrival } from './checks/arrival';
import { catalogue } from './checks/catalogue';
import { contents } from './checks/contents';
import { dashboards } from './checks/dashboards';
import { dimensions } from './checks/dimensions';
import { drift } from './checks/drift';
import { key } from './checks/key';
import { late } from './checks/late';
import { migrated } from './checks/migrated';
import { mutations } from './checks/mutations';
import { pace } from './checks/pace';
import { parts } from './checks/parts';
import { pruning } from './checks/pruning';
import { queue } from './checks/queue';
import { refreshes } from './checks/refreshes';
import { rights } from './checks/rights';
import { server } from './checks/server';
import { source } from './checks/source';
import { tombstones } from './checks/tombstones';
import { ttl } from './checks/ttl';
import { views } from './checks/views';
import { zones } from './checks/zones';

/** Checks in the order in which they run and are shown: one file each, listed here and nowhere else. */
export const checks: readonly Check[] = [
  server,
  rights,
  zones,
  source,
  key,
  arrival,
  contents,
  tombstones,
  pruning,
  ttl,
  dimensions,
  migrated,
  catalogue,
  views,
  refreshes,
  pace,
  queue,
  late,
  drift,
  mutations,
  parts,
  dashboards,
  alerts,
];
