import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { macroNamed, macros } from './table';
import { usage } from './usage';
import { macrosPage } from './docs';
import type { Macro } from './macro';

const filesOf = (folder: string) =>
  readdirSync(join(__dirname, folder))
    .filter((file) => !file.includes('.test.'))
    .map((file) => ({ folder, file: file.replace(/\.ts$/, '') }));

test('the table holds the one macro of every file and nothing else', () => {
  const inFiles = ['expression', 'template', 'statement'].flatMap(filesOf).map(({ folder, file }) => {
    const exported = jest.requireActual<Record<string, Macro>>(`./${folder}/${file}`);
    expect(Object.keys(exported)).toEqual([file]);
    expect(exported[file]!.kind).toBe(folder);
    return exported[file]!.name;
  });
  expect(macros.map(({ name }) => name).sort()).toEqual(inFiles.sort());
});

test('every name is unique, begins with $__ and finds its macro', () => {
  expect(new Set(macros.map(({ name }) => name)).size).toBe(macros.length);
  for (const macro of macros) {
    expect(macro.name).toMatch(/^\$__[a-zA-Z]\w*$/);
    expect(macroNamed(macro.name)).toBe(macro);
    expect(macro.example).toContain(macro.name);
    expect(macro.description).toMatch(/\.$/);
  }
  expect(macroNamed('$__timeFilterX')).toBeUndefined();
});

test('usage shows the arguments', () => {
  expect(usage(macroNamed('$__dateTimeFilter')!)).toBe('$__dateTimeFilter(date, time)');
  expect(usage(macroNamed('$__fromTime')!)).toBe('$__fromTime');
  expect(usage(macroNamed('$__adHocFilters')!)).toBe('$__adHocFilters(table, …)');
});

test('docs/macros.md is what the table prints', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'macros.md'), 'utf8');
  expect(page).toBe(macrosPage());
});
