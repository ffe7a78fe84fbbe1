import { createOutput } from './output';

function harness(options: { json?: boolean; color?: boolean }) {
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({ write: (text: string) => void (written[name] += text), isTTY: false });
  const { json = false, color = false } = options;
  return { written, out: createOutput({ json, color, stdout: sink('stdout'), stderr: sink('stderr') }) };
}

test('sentences and tables go to stdout, numbers grouped and to the right', () => {
  const { out, written } = harness({});
  out.say('Done.');
  out.data({ ignored: true });
  out.table(
    ['table', 'rows'],
    [
      ['shop.events', 69_659],
      ['shop.orders', 7],
    ],
  );
  expect(written).toEqual({
    stdout: `Done.
┌─────────────┬────────┐
│ table       │   rows │
├─────────────┼────────┤
│ shop.events │ 69,659 │
│ shop.orders │      7 │
└─────────────┴────────┘
`,
    stderr: '',
  });
});

test('with --json, stdout has nothing but JSON lines', () => {
  const { out, written } = harness({ json: true });
  out.say('Done.');
  out.table(['a'], [[1]]);
  out.note('careful');
  out.data({ rows: 2 });
  expect(written).toEqual({ stdout: '{"rows":2}\n', stderr: 'careful\n' });
});

test('without a terminal, progress is one plain line per quarter', () => {
  const { out, written } = harness({});
  const progress = out.progress('shop.events', 100_000, 'rows');
  for (let done = 10_000; done <= 100_000; done += 10_000) progress.update(done);
  progress.stop();
  expect(written.stderr).toBe([30, 50, 80, 100].map((done) => `shop.events: ${done},000 of 100,000 rows\n`).join(''));
});

test('colours appear only when asked for', () => {
  const colored = harness({ color: true });
  colored.out.table(['a'], [[1]]);
  expect(colored.written.stdout).toContain('\u001b[');
  const plain = harness({});
  plain.out.table(['a'], [[1]]);
  expect(plain.written.stdout).not.toContain('\u001b[');
});
