import type { DimensionConfig, RoleConfig } from './config';

type WrittenDimension = string | { readonly from: string; readonly top?: number | undefined };

/** A role as the zod schema leaves it. */
export interface ParsedRole {
  readonly table: string;
  readonly class: RoleConfig['sourceClass'];
  readonly windowDays?: number | undefined;
  readonly mode: RoleConfig['mode'];
  readonly keepsDays?: number | undefined;
  readonly steps?: readonly string[] | undefined;
  readonly features?: readonly string[] | undefined;
  readonly apdexMs?: number | undefined;
  readonly dimensions?: Readonly<Record<string, WrittenDimension>> | undefined;
  readonly top?: Readonly<Record<string, number>> | undefined;
  readonly columns: Readonly<Record<string, string | undefined>>;
  readonly constants?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Apdex threshold where none is written, in ms. */
export const defaultApdexMs = 500;

/** A valid role of the file as the other rooms see it. */
export function toRole(role: ParsedRole): RoleConfig {
  const dimensions = Object.entries(role.dimensions ?? {}).map(([name, written]) => toDimension(name, written));
  const own = dimensions.flatMap(({ name, top }) => (top === undefined ? [] : [[name, top] as const]));
  return {
    table: role.table,
    sourceClass: role.class,
    columns: given(role.columns),
    constants: given(role.constants ?? {}),
    dimensions,
    tops: { ...Object.fromEntries(own), ...role.top },
    mode: role.mode,
    steps: role.steps ?? [],
    features: role.features ?? [],
    apdexMs: role.apdexMs ?? defaultApdexMs,
    ...(role.windowDays !== undefined && { windowDays: role.windowDays }),
    ...(role.keepsDays !== undefined && { keepsDays: role.keepsDays }),
  };
}

function toDimension(name: string, written: WrittenDimension): DimensionConfig {
  const { from, top } = typeof written === 'string' ? { from: written, top: undefined } : written;
  const [column = '', ...path] = from.split('.');
  return { name, from, column, path, ...(top !== undefined && { top }) };
}

const given = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
