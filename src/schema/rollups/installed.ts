import type { Grain, RoleName, SourceClass } from '../../core/model';
import { literal } from '../../core/sql/quote';
import { packs } from '../../packs';
import { retentionRollups } from '../../packs/product/retention';
import type { FinishedRollup, Pack, PlacesRollup, RollupKey, RollupMeasure } from '../../packs/types';
import type { Installation, Source } from '../installation';
import { isDate } from './columns';
import { withFunnels } from './savedFunnels';

/** How many values of a configured dimension are kept apart unless tidemark.yaml says otherwise. */
const dimensionTop = 100;

/** One table kept from a source: a tier of a family, in one zone. */
export interface Places {
  readonly kind: 'places';
  /** The table. */
  readonly name: string;
  /** Name of the pack's rollup, which its tiers and zones share. */
  readonly family: string;
  readonly title: string;
  readonly description: string;
  readonly role: RoleName;
  readonly grain: Grain;
  /** Zone of its days; UTC for finer grains. */
  readonly timezone: string;
  readonly keys: readonly RollupKey[];
  readonly measures: readonly RollupMeasure[];
  readonly where?: string;
  /** The tier that it is kept from; absent where it is kept from the source itself. */
  readonly below?: Places;
  /** Days back from today that it is kept; null for ever. */
  readonly lifeDays: number | null;
}

/** Finished numbers in one zone; `name`, `from` and `firsts` are tables. */
export interface Finished extends FinishedRollup {
  readonly family: string;
  /** The table of places that {@link from} is, or is kept from. */
  readonly places: string;
  /** Condition on rows of {@link from} that count; `''` for none. */
  readonly only: string;
  /** Role of the rollup of places that it comes from. */
  readonly role: RoleName;
  readonly grain: 'day';
  readonly timezone: string;
}

export type Kept = Places | Finished;

/** A table that is installed, with where its rows come from and what may happen to them. */
export interface InstalledRollup {
  readonly pack: Pack;
  readonly rollup: Kept;
  readonly role: RoleName;
  readonly sourceClass: SourceClass;
}

/** Tables of all packs whose role is mapped, in pack order, lower tiers first. A pack without its role is left out. */
export function installedRollups(installation: Installation): readonly InstalledRollup[] {
  const saved = (pack: Pack) => withRetentions(withFunnels(pack, installation), installation);
  return packs.flatMap((pack) => installedOf(saved(pack), installation));
}

/** The pack with the rollups of the saved retentions: they are counted from its tables. */
function withRetentions(pack: Pack, { retentions }: Installation): Pack {
  if (pack.name !== 'product' || retentions.length === 0) return pack;
  return { ...pack, rollups: [...pack.rollups, ...retentions.flatMap(retentionRollups)] };
}

function installedOf(pack: Pack, installation: Installation): InstalledRollup[] {
  const zones = [installation.timezone, ...installation.zones];
  return pack.rollups.flatMap((rollup): InstalledRollup[] => {
    const base = rollup.kind === 'places' ? rollup : baseOf(pack, rollup);
    const source = installation.sources[base.role];
    if (!source || [base.needs, rollup.needs].some((needed) => needed && !has(source, needed))) return [];
    const kept: readonly Kept[] =
      rollup.kind === 'places'
        ? placesOf(rollup, source, installation)
        : (isDate(source) ? zones.slice(0, 1) : zones).map((zone) => finishedIn(rollup, base, zone, installation));
    return kept.map((own) => ({ pack, rollup: own, role: base.role, sourceClass: source.sourceClass }));
  });
}

const has = (source: Source, needed: 'steps' | 'dimensions' | 'features'): boolean =>
  source[needed].length > 0 || (needed === 'steps' && source.allSteps);

/** The rollup of places that finished numbers are kept from. */
export function baseOf(pack: Pack, rollup: FinishedRollup): PlacesRollup {
  const base = pack.rollups.find((r) => r.name === rollup.from);
  if (!base) throw new Error(`Pack ${pack.name}: rollup ${rollup.name} is kept from ${rollup.from}, which it lacks.`);
  return base.kind === 'places' ? base : baseOf(pack, base);
}

/** `''` for the reporting zone, else what its tables are told by: `__asia_kathmandu`. */
export function zoneSuffix(zone: string, installation: Installation): string {
  return zone === installation.timezone ? '' : `__${zone.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`;
}

function dimensionKeys({ dimensions }: PlacesRollup, source: Source): readonly RollupKey[] {
  if (dimensions === 'steps')
    return source.stepDimensions.map(({ name, followed }) => ({
      column: name,
      from: name,
      type: followed ? 'String' : 'LowCardinality(String)',
    }));
  if (!dimensions) return [];
  return source.dimensions.map((d) => ({ column: d, from: d, type: 'LowCardinality(String)', top: dimensionTop }));
}

function finishedIn(
  rollup: FinishedRollup,
  base: PlacesRollup,
  timezone: string,
  installation: Installation,
): Finished {
  const suffix = zoneSuffix(timezone, installation);
  const features = (installation.sources[base.role]?.features ?? []).map((event) => literal(event));
  const name = `${rollup.name}${suffix}`;
  return {
    ...rollup,
    family: rollup.name,
    role: base.role,
    name,
    from: `${rollup.from}${suffix}`,
    places: `${base.name}${suffix}`,
    only: rollup.needs === 'features' ? `event IN (${features.join(', ')})` : '',
    ...(rollup.firsts !== undefined && { firsts: `${rollup.firsts}${suffix}` }),
    ...(rollup.beside !== undefined && { beside: `${rollup.beside}${suffix}` }),
    grain: 'day',
    timezone,
  };
}

function placesOf(rollup: PlacesRollup, source: Source, installation: Installation): readonly Places[] {
  // A source that knows only days has no minutes, and the same days in every zone.
  const tiers = isDate(source) ? rollup.tiers.filter((tier) => tier === 'day') : rollup.tiers;
  const zones = isDate(source) ? [installation.timezone] : [installation.timezone, ...installation.zones];
  const { kind, name, title, description, role, measures } = rollup;
  // Step rows of all events need no condition.
  const where = rollup.dimensions === 'steps' && source.allSteps ? undefined : rollup.where;
  const keys = [...rollup.keys, ...dimensionKeys(rollup, source)].map((key) => ({
    ...key,
    ...(key.top && { top: source.tops[key.from] ?? key.top }),
  }));
  const shared = {
    kind,
    family: name,
    title,
    description,
    role,
    keys,
    measures,
    ...(where !== undefined && { where }),
  };
  const lives = { minute: installation.tiers.minuteDays, quarter: installation.tiers.quarterDays, day: null };
  const out: Places[] = [];
  let below: Places | undefined;
  for (const grain of tiers) {
    const own = (timezone: string): Places => ({
      ...shared,
      name: `${name}${rollup.tiers.length > 1 ? `_${grain}` : ''}${grain === 'day' ? zoneSuffix(timezone, installation) : ''}`,
      grain,
      timezone,
      lifeDays: lives[grain],
      ...(below && { below }),
    });
    const made = grain === 'day' ? zones.map(own) : [own('UTC')];
    out.push(...made);
    below = made[0];
  }
  return out;
}
