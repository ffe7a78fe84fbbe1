import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { limitExamples } from '../config/limitValue';
import { ruleUnits } from '../packs/rule';
import type { AlertRule } from '../packs/rule';
import { ruleGroups } from '../packs/rules';
import { formatValue } from './numbers';

const file = join(__dirname, '..', '..', 'docs', 'alerts.md');

const time = (seconds: number) => (seconds === 0 ? 'at once' : formatValue(seconds, 'seconds'));

function row(rule: AlertRule): string {
  const limits = rule.limits.map((l) => `\`${l.name}\` ${formatValue(l.value, l.unit)}: ${l.description}`).join('<br>');
  const cells = [
    `\`${rule.name}\``,
    rule.title,
    rule.severity,
    `${time(rule.forSeconds)} / ${time(rule.keepFiringForSeconds)}`,
  ];
  return `| ${[...cells, limits || 'none'].join(' | ')} |`;
}

const table = ruleGroups
  .map(({ name, title, rules }) =>
    [
      `### ${title} (\`${name}\`)`,
      '',
      '| rule | title | severity | for / keep | limits: default, what it is |',
      '|---|---|---|---|---|',
      ...rules.map(row),
      '',
    ].join('\n'),
  )
  .join('\n');

const section = /(## Rules and limits\n[\s\S]*?\n\n)(### [\s\S]*?)(?=\n## )/;

/** `npm run docs` writes it. */
test('docs/alerts.md lists every rule with its limits', () => {
  const docs = readFileSync(file, 'utf8');
  if (process.env['UPDATE_DOCS'])
    writeFileSync(
      file,
      docs.replace(section, (_, head: string) => head + table),
    );
  expect(section.exec(readFileSync(file, 'utf8'))?.[2]).toBe(table);
});

test('docs/alerts.md says how a limit of each unit is written, and how a number is', () => {
  const docs = readFileSync(file, 'utf8');
  for (const unit of ruleUnits) {
    expect(docs).toMatch(new RegExp(`^\\| ${unit} \\| `, 'm'));
    expect([unit, docs.includes(limitExamples[unit])]).toEqual([unit, true]);
  }
});
