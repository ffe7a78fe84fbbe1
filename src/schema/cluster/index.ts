export type { Dialect, Scope } from './dialect';
export { clusterDialect } from './dialect';
export type { ServerObject } from './objects';
export { allShards, clusterObjects, clusterStatement } from './objects';
export type { Placed } from './place';
export { besideRollup, everywhere, inOnePlace, insertEverywhere, onCluster, placed } from './place';
