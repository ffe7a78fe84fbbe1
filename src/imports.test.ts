import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** Room → rooms it may import besides itself. docs/architecture.md says why. */
const allowed: Record<string, readonly string[]> = {
  core: [],
  native: ['core'],
  clickhouse: ['native', 'core'],
  packs: ['core', 'dashboards:types'],
  config: ['packs', 'core'],
  schema: ['config', 'packs', 'core'],
  setup: ['schema', 'config', 'packs', 'core'],
  dashboards: ['config', 'packs', 'core'],
  alerts: ['schema', 'dashboards', 'config', 'packs', 'core'],
  collector: ['schema', 'config', 'packs', 'core'],
  frames: ['native', 'core'],
  plugin: ['frames', 'clickhouse', 'native', 'core'],
  'module.ts': ['plugin'],
  embedded: ['core'],
  services: ['core'],
  demo: ['core'],
  preview: ['dashboards', 'services', 'core'],
  cli: [
    'alerts',
    'collector',
    'embedded',
    'services',
    'demo',
    'setup',
    'schema',
    'dashboards',
    'config',
    'packs',
    'native',
    'clickhouse',
    'core',
  ],
};

const src = join(__dirname);
const isTest = (file: string) => /\.test\.tsx?$/.test(file);

function sources(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

const roomOf = (file: string) => relative(src, file).split('/')[0] ?? '';

function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const base = resolve(dirname(from), specifier);
  return [base, `${base}.ts`, `${base}.tsx`, join(base, 'index.ts')].find((p) => existsSync(p) && statSync(p).isFile());
}

const files = sources(src);
const edges = files.flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => {
    // The statement that names the file begins at the last `import` or `export` that opens a line before it.
    const statement =
      /(?:^|\n)(import|export)\b(?![\s\S]*\n(?:import|export)\b)[\s\S]*$/.exec(text.slice(0, pos))?.[0] ?? '';
    return {
      file,
      specifier: fileName,
      target: resolveImport(file, fileName),
      typeOnly: /^\s*(import|export) type\b/.test(statement),
    };
  });
});

test('every relative import resolves to a file', () => {
  const dangling = edges.filter(
    (e) => e.specifier.startsWith('.') && !e.target && !/\.(json|css|svg|png)$/.test(e.specifier),
  );
  expect(dangling.map((e) => `${relative(src, e.file)} → ${e.specifier}`)).toEqual([]);
});

test('rooms import only downward', () => {
  const wrong = edges.filter(({ file, target, typeOnly }) => {
    if (!target || isTest(file)) return false;
    const from = roomOf(file);
    const to = roomOf(target);
    if (from === 'testing' || from === to) return false;
    const may = allowed[from];
    return !may || !(may.includes(to) || (typeOnly && may.includes(`${to}:types`)));
  });
  expect(wrong.map((e) => `${relative(src, e.file)} → ${relative(src, e.target!)}`)).toEqual([]);
});

test('every room is in the table', () => {
  const rooms = new Set(files.filter((f) => !isTest(f)).map(roomOf));
  rooms.delete('testing');
  expect([...rooms].filter((r) => !(r in allowed))).toEqual([]);
});

test('only tests import testing/', () => {
  const wrong = edges.filter(
    (e) => e.target && roomOf(e.target) === 'testing' && !isTest(e.file) && roomOf(e.file) !== 'testing',
  );
  expect(wrong.map((e) => relative(src, e.file))).toEqual([]);
});

test('no ring of files', () => {
  const graph = new Map<string, string[]>();
  for (const e of edges) if (e.target && !isTest(e.file)) graph.set(e.file, [...(graph.get(e.file) ?? []), e.target]);
  const state = new Map<string, 'open' | 'done'>();
  const rings: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      rings.push([...path.slice(path.indexOf(file)), file].map((f) => relative(src, f)).join(' → '));
      return;
    }
    state.set(file, 'open');
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of graph.keys()) visit(file, []);
  expect(rings).toEqual([]);
});

test('nothing reads the shared folder of the workplace', () => {
  const outside = '../' + 'shared';
  expect(files.filter((f) => readFileSync(f, 'utf8').includes(outside)).map((f) => relative(src, f))).toEqual([]);
});
