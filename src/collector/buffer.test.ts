import fc from 'fast-check';

import { Buffer } from './buffer';

test('takes whole batches of a table from the front and puts them back in order', () => {
  const buffer = new Buffer({ rows: 100, bytes: 1000 });
  buffer.add({ table: 'a', atMs: 1, lines: ['1', '2'] });
  buffer.add({ table: 'b', atMs: 2, lines: ['3'] });
  buffer.add({ table: 'a', atMs: 3, lines: ['4'] });
  expect(buffer.tables()).toEqual(['a', 'b']);
  const taken = buffer.take('a', 2);
  expect(taken).toEqual([{ table: 'a', atMs: 1, lines: ['1', '2'] }]);
  expect([buffer.rows, buffer.bytes, buffer.oldestMs]).toEqual([2, 2, 2]);
  buffer.putBack(taken);
  expect([buffer.rows, buffer.bytes, buffer.oldestMs]).toEqual([4, 4, 1]);
  expect(buffer.take('a', 100).flatMap((b) => b.lines)).toEqual(['1', '2', '4']);
});

test('a batch that is larger than what is asked for is taken whole', () => {
  const buffer = new Buffer({ rows: 100, bytes: 1000 });
  buffer.add({ table: 'a', atMs: 1, lines: ['1', '2', '3'] });
  expect(buffer.take('a', 1)).toHaveLength(1);
  expect(buffer.rows).toBe(0);
});

test('says how many rows had to go, and from when they were', () => {
  const buffer = new Buffer({ rows: 2, bytes: 1000 });
  expect(buffer.add({ table: 'a', atMs: 1, lines: ['1'] })).toBeUndefined();
  expect(buffer.add({ table: 'a', atMs: 2, lines: ['2'] })).toBeUndefined();
  expect(buffer.add({ table: 'b', atMs: 3, lines: ['3', '4'] })).toEqual({ rows: 2, fromMs: 1, untilMs: 2 });
});

test('whatever comes, fails and comes back: within the bound, and what is lost is older than what is kept', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), table: fc.constantFrom('a', 'b', 'c'), sizes: fc.array(fc.nat(9)) }),
    fc.record({
      kind: fc.constantFrom('fail' as const, 'write' as const),
      table: fc.constantFrom('a', 'b', 'c'),
      rows: fc.nat(9),
    }),
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 9, max: 60 }),
      (steps, rows, bytes) => {
        const buffer = new Buffer({ rows, bytes });
        // The oracle: every row by its number, in the order in which it came.
        const waiting = new Map<number, number>();
        let number = 0;
        let dropped = 0;
        for (const [atMs, s] of steps.entries()) {
          if (s.kind === 'add') {
            const lines = s.sizes.map((size) => `${String(number++).padStart(4, '0')}${'x'.repeat(size)}`);
            lines.forEach((line) => waiting.set(Number(line.slice(0, 4)), line.length));
            dropped += buffer.add({ table: s.table, atMs, lines })?.rows ?? 0;
          } else {
            const taken = buffer.take(s.table, s.rows);
            if (s.kind === 'fail') dropped += buffer.putBack(taken)?.rows ?? 0;
            else taken.flatMap((b) => b.lines).forEach((line) => waiting.delete(Number(line.slice(0, 4))));
          }
          // Only the oldest go: the newest that fit together are all there.
          const all = [...waiting.keys()].sort((a, b) => b - a);
          let sum = 0;
          const fitting = all.filter((n, i) => {
            sum += waiting.get(n) ?? 0;
            return i < rows && sum <= bytes;
          });
          all.slice(fitting.length).forEach((n) => waiting.delete(n));
          expect(buffer.rows).toBe(fitting.length);
          expect(buffer.bytes).toBe(fitting.reduce((total, n) => total + (waiting.get(n) ?? 0), 0));
          expect(buffer.rows).toBeLessThanOrEqual(rows);
          expect(buffer.bytes).toBeLessThanOrEqual(bytes);
        }
        const left = ['a', 'b', 'c'].flatMap((table) => buffer.take(table, 1000)).flatMap((b) => b.lines);
        expect(left.map((line) => Number(line.slice(0, 4))).sort((a, b) => a - b)).toEqual(
          [...waiting.keys()].sort((a, b) => a - b),
        );
        expect(dropped).toBeGreaterThanOrEqual(0);
      },
    ),
    { numRuns: 300 },
  );
});
