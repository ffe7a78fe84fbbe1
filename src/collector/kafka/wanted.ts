import type { PipelineConfig } from '../../config/collectConfig';

/** A group that is looked at, with the topics that it must read. */
export interface WantedGroup {
  readonly pipeline: string;
  readonly group: string;
  /** Empty: those that it has committed offsets of. */
  readonly topics: readonly string[];
  /** Messages of lag that do not count. */
  readonly floor: number;
}

/** What is looked at in one cluster. */
export interface Wanted {
  readonly groups: readonly WantedGroup[];
  readonly deadLetters: readonly { readonly pipeline: string; readonly topic: string }[];
}

/** What the pipelines say of a cluster. No groups: no pipeline names one, so all that it has are looked at. */
export function wantedOf(cluster: string, pipelines: readonly PipelineConfig[]): Wanted {
  const mine = pipelines.flatMap(({ name, kafka }) => (kafka?.cluster === cluster ? [{ name, kafka }] : []));
  return {
    groups: mine.flatMap(({ name, kafka }) =>
      kafka.groups.map((group) => ({ pipeline: name, floor: kafka.lagFloor, ...group })),
    ),
    deadLetters: mine.flatMap(({ name, kafka }) => kafka.deadLetters.map((topic) => ({ pipeline: name, topic }))),
  };
}
