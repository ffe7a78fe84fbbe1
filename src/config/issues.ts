import type { z } from 'zod';

import { nearest } from './nearest';
import { dotted } from './problem';
import type { Path, Problem } from './problem';

/** The part of a JSON Schema that tells which keys a mapping accepts. */
interface KeyedSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, KeyedSchema>>;
  readonly additionalProperties?: KeyedSchema | boolean;
  readonly items?: KeyedSchema;
  readonly anyOf?: readonly KeyedSchema[];
}

const quoted = (values: readonly unknown[]) => values.join(', ');
const hint = (word: string, accepted: readonly string[]) => {
  const meant = nearest(word, accepted);
  return meant ? ` Did you mean "${meant}"?` : '';
};

/**
 * Turns what zod found into problems with the accepted values. `value` is the input that was judged: numbers and words
 * of it are quoted, texts of free settings (which may hold a secret) are not. A missing key beside an unknown one that
 * is nearly its name is reported once.
 */
export function problemsOf(issues: readonly z.core.$ZodIssue[], value: unknown, schema: unknown): Problem[] {
  const problems = issues.flatMap((issue) => problemsOfIssue(issue, value, schema as KeyedSchema));
  const misspelt = new Set(problems.flatMap((p) => (p.meant ? [dotted([...p.path.slice(0, -1), p.meant])] : [])));
  return problems.filter((p) => !(p.missing && misspelt.has(dotted(p.path))));
}

type Found = Problem & { readonly meant?: string; readonly missing?: boolean };

function problemsOfIssue(issue: z.core.$ZodIssue, value: unknown, schema: KeyedSchema): Found[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  const actual = valueAt(value, path);
  const here = schemaAt(schema, path);
  const at = 'value';
  if (issue.code === 'invalid_union') {
    // Only the form with keys can have problems inside; where it was not written, neither form was.
    const inside = issue.errors.find((of) => of.some((i) => i.path.length > 0 || i.code === 'unrecognized_keys'));
    if (inside) return inside.flatMap((i) => problemsOfIssue(within(i, issue.path), value, schema));
    return [{ path, at, text: `Found ${shown(actual)}, expected a text, or a mapping of keys.` }];
  }
  if (issue.code === 'unrecognized_keys') {
    const accepted = Object.keys(here?.properties ?? {});
    return issue.keys.map((key) => {
      const meant = nearest(key, accepted);
      const text = `This key does not exist. Accepted here: ${quoted(accepted)}.${hint(key, accepted)}`;
      return { path: [...path, key], at: 'key', text, ...(meant && { meant }) };
    });
  }
  if (actual === undefined) {
    const text = `This key is missing. Add it: ${here?.description ?? `${expectation(issue)}.`}`;
    return [{ path, at, text, missing: true }];
  }
  if (issue.code === 'invalid_value') {
    const accepted = issue.values.map(String);
    return [
      {
        path,
        at,
        text: `${shown(actual)} is not accepted. Accepted: ${quoted(accepted)}.${hint(String(actual), accepted)}`,
      },
    ];
  }
  return [
    {
      path,
      at,
      text: `Found ${path.at(-1) === 'password' ? 'another type' : shown(actual)}, expected ${expectation(issue)}.`,
    },
  ];
}

const within = (issue: z.core.$ZodIssue, path: readonly PropertyKey[]): z.core.$ZodIssue => ({
  ...issue,
  path: [...path, ...issue.path],
});

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `one of ${quoted(issue.values.map(String))}`;
    case 'too_small':
      if (issue.origin === 'array') return `a list of at least ${issue.minimum} entries`;
      return issue.origin === 'string' ? 'a text that is not empty' : `a whole number of at least ${issue.minimum}`;
    case 'too_big':
      return `a whole number of at most ${issue.maximum}`;
    case 'invalid_type':
      return types[issue.expected] ?? `a value of type ${issue.expected}`;
    default:
      return issue.message;
  }
}

const types: Readonly<Record<string, string>> = {
  string: 'a text (in quotes where it looks like a number)',
  number: 'a whole number',
  int: 'a whole number',
  object: 'a mapping of keys',
  record: 'a mapping of keys',
  array: 'a list',
  boolean: 'true or false',
};

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `"${value}"`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : String(value as number | boolean);
}

function valueAt(value: unknown, path: Path): unknown {
  let at: unknown = value;
  for (const key of path) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  return at;
}

function schemaAt(schema: KeyedSchema, path: Path): KeyedSchema | undefined {
  let at: KeyedSchema | undefined = schema;
  for (const key of path) at = at && below(at, key);
  return at?.anyOf ? at.anyOf.find((branch) => branch.properties) : at;
}

function below(
  { properties, additionalProperties, items, anyOf }: KeyedSchema,
  key: string | number,
): KeyedSchema | undefined {
  if (typeof key === 'number') return items;
  const named = properties?.[key] ?? anyOf?.map((branch) => branch.properties?.[key]).find((found) => found);
  return named ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
}
