import { completions } from './completions';
import { macros } from './table';

test('there is one for each macro, in the order of the table', () => {
  expect(completions.map(({ name, kind }) => [name, kind])).toEqual(macros.map(({ name, kind }) => [name, kind]));
});

test.each([
  ['$__fromTime', '$__fromTime', '\\$__fromTime'],
  ['$__dateTimeFilter', '$__dateTimeFilter(date, time)', '\\$__dateTimeFilter(${1:date}, ${2:time})'],
  [
    '$__columns',
    '$__columns(time, key, value) FROM table',
    '\\$__columns(${1:time}, ${2:key}, ${3:value}) FROM ${4:table}',
  ],
  ['$__rate', '$__rate(time, value, …) FROM table', '\\$__rate(${1:time}, ${2:value}) FROM ${3:table}'],
])('of %s', (name, signature, snippet) => {
  expect(completions.find((one) => one.name === name)).toMatchObject({ signature, snippet });
});

test('the documentation says what it stands for, every argument and an example', () => {
  for (const macro of macros) {
    const { documentation } = completions.find(({ name }) => name === macro.name)!;
    for (const part of [macro.description, macro.example, ...macro.arguments.map(({ name }) => `\`${name}\``)])
      expect(documentation).toContain(part);
  }
});
