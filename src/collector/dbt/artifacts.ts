import { z } from 'zod';

/** Files that dbt writes to its target folder, and the newest version of each that is known here. */
export const artifacts = {
  'run_results.json': { newest: 6 },
  'sources.json': { newest: 3 },
  'manifest.json': { newest: 12 },
} as const;
export type Artifact = keyof typeof artifacts;

/** A field that dbt may leave out, write as null, or one day write in another way: then it is not known. */
const perhaps = <T extends z.ZodType>(type: T) => type.nullish().catch(undefined);
const text = perhaps(z.string());
const number = perhaps(z.number());
const instant = z.iso.datetime({ offset: true }).transform((written) => Date.parse(written));

const metadata = z.looseObject({
  dbt_schema_version: text,
  dbt_version: text,
  generated_at: instant,
  invocation_id: z.string().min(1),
  invocation_started_at: perhaps(instant),
  env: perhaps(z.record(z.string(), z.unknown())),
});
export type Metadata = z.output<typeof metadata>;

const envelope = z.looseObject({ metadata, results: z.array(z.unknown()) });
const runEnvelope = envelope.extend({ elapsed_time: number, args: perhaps(z.looseObject({})) });

const result = z.looseObject({
  unique_id: z.string().min(1),
  status: z.string().min(1),
  execution_time: number,
  message: text,
  failures: number,
  relation_name: text,
  adapter_response: perhaps(z.looseObject({ query_id: text, rows_affected: number })),
});
export type NodeResult = z.output<typeof result>;

const period = perhaps(z.looseObject({ count: number, period: text }));
const criteria = perhaps(z.looseObject({ warn_after: period, error_after: period }));
export type Criteria = z.output<typeof criteria>;

const freshness = z.looseObject({
  unique_id: z.string().min(1),
  status: z.string().min(1),
  max_loaded_at: perhaps(instant),
  max_loaded_at_time_ago_in_s: number,
  criteria,
  error: text,
});
export type FreshnessResult = z.output<typeof freshness>;

const manifest = z.looseObject({
  metadata: z.looseObject({ dbt_schema_version: text }),
  nodes: z.record(z.string(), z.looseObject({ name: text, resource_type: text })),
  sources: z.record(z.string(), z.looseObject({ freshness: criteria })).catch({}),
  parent_map: z.record(z.string(), z.array(z.string())).catch({}),
  unit_tests: z.record(z.string(), z.unknown()).catch({}),
});
export type Manifest = z.output<typeof manifest>;

/** What a file has, as far as it fits. */
export interface Parsed<T> {
  readonly value: T;
  /** Version of its schema; absent where it says none. */
  readonly version?: number;
  /** Results that do not fit, and are left out. */
  readonly unfit: number;
}

export interface RunResults {
  readonly metadata: Metadata;
  readonly elapsedS: number;
  readonly args: Readonly<Record<string, unknown>>;
  readonly results: readonly NodeResult[];
}

export interface Sources {
  readonly metadata: Metadata;
  readonly results: readonly FreshnessResult[];
}

/** Reads run_results.json. Throws an Error that says where it is malformed; results that do not fit are left out and counted. */
export function parseRunResults(content: string): Parsed<RunResults> {
  const { metadata: head, results, elapsed_time, args } = shaped(runEnvelope, content);
  const fit = results.flatMap((one) => result.safeParse(one).data ?? []);
  const value = { metadata: head, elapsedS: elapsed_time ?? 0, args: args ?? {}, results: fit };
  return { value, ...versionOf(head.dbt_schema_version), unfit: results.length - fit.length };
}

/** Reads sources.json, in the same way. */
export function parseSources(content: string): Parsed<Sources> {
  const { metadata: head, results } = shaped(envelope, content);
  const fit = results.flatMap((one) => freshness.safeParse(one).data ?? []);
  return {
    value: { metadata: head, results: fit },
    ...versionOf(head.dbt_schema_version),
    unfit: results.length - fit.length,
  };
}

/** Reads manifest.json. Throws an Error that says where it is malformed. */
export function parseManifest(content: string): Parsed<Manifest> {
  const value = shaped(manifest, content);
  return { value, ...versionOf(value.metadata.dbt_schema_version), unfit: 0 };
}

function shaped<T extends z.ZodType>(type: T, content: string): z.output<T> {
  // JSON.parse quotes the text around a mistake, which may be anybody's data.
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    throw new Error(content.trim() === '' ? 'it is empty' : 'it is no whole JSON');
  }
  const { data, error } = type.safeParse(json);
  if (!error) return data;
  const [issue] = error.issues;
  throw new Error(`${issue?.path.join('.') || 'its content'}: ${issue?.message ?? 'does not fit'}`);
}

function versionOf(written: string | null | undefined): { readonly version?: number } {
  const version = Number(/\/v(\d+)\.json$/.exec(written ?? '')?.[1]);
  return Number.isNaN(version) ? {} : { version };
}
