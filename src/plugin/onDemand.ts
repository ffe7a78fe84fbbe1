/** The chunk of what dashboards do not need at first: guided variables, filter suggestions, Explore's live tail, the health check. */
export { drilldowns } from './drilldowns';
export { checkHealth } from './health/check';
export { runLive } from './run/live';
export { tagKeys, tagValues } from './tags';
export { variableSql } from './variableSql';
