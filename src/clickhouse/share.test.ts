import type { Asker } from './share';
import { createShare } from './share';

/** A run by hand: how often it was started, what it is told, when it ends. */
function byHand() {
  const runs: {
    signal: AbortSignal;
    onPart: (part: number) => void;
    end: (result: string) => void;
    fail: (e: Error) => void;
  }[] = [];
  const start = (signal: AbortSignal, onPart: (part: number) => void) =>
    new Promise<string>((end, fail) => void runs.push({ signal, onPart, end, fail }));
  return { runs, start };
}

function asker(heard: number[] = []): Asker<number> & { leave: () => void; heard: number[] } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    leave: () => controller.abort(),
    heard,
    onPart: (part) => void heard.push(part),
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 2));

test('the same question is run once while it runs, and again afterwards', async () => {
  const share = createShare<number, string>();
  const { runs, start } = byHand();
  const [a, b, other] = [asker(), asker(), asker()];
  const both = Promise.all([share.join('q', a, start), share.join('q', b, start)]);
  const third = share.join('other', other, start);
  await settle();
  expect(runs.length).toBe(2);
  runs[0]!.onPart(1);
  const late = asker();
  const joined = share.join('q', late, start);
  runs[0]!.onPart(2);
  runs[0]!.end('rows');
  runs[1]!.end('others');
  expect(await both).toEqual(['rows', 'rows']);
  expect(await joined).toBe('rows');
  expect(await third).toBe('others');
  expect([a.heard, b.heard, late.heard, other.heard]).toEqual([[1, 2], [1, 2], [1, 2], []]);
  void share.join('q', asker(), start);
  await settle();
  expect(runs.length).toBe(3);
});

test('one who leaves leaves the others alone; the last one ends the run', async () => {
  const share = createShare<number, string>();
  const { runs, start } = byHand();
  const [a, b] = [asker(), asker()];
  const [first, second] = [share.join('q', a, start), share.join('q', b, start)];
  await settle();
  a.leave();
  await expect(first).rejects.toMatchObject({ code: 'cancelled' });
  expect(runs[0]!.signal.aborted).toBe(false);
  runs[0]!.onPart(7);
  expect([a.heard, b.heard]).toEqual([[], [7]]);
  b.leave();
  await expect(second).rejects.toMatchObject({ code: 'cancelled' });
  expect(runs[0]!.signal.aborted).toBe(true);
  // A run that nobody waits for is not joined any more.
  const again = share.join('q', asker(), start);
  await settle();
  expect(runs.length).toBe(2);
  runs[0]!.end('old');
  runs[1]!.end('new');
  expect(await again).toBe('new');
});

test('an error reaches everyone, and the next one asks anew', async () => {
  const share = createShare<number, string>();
  const { runs, start } = byHand();
  const both = Promise.allSettled([share.join('q', asker(), start), share.join('q', asker(), start)]);
  await settle();
  runs[0]!.fail(new Error('broken'));
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const again = share.join('q', asker(), start);
  await settle();
  runs[1]!.end('fine');
  expect(await again).toBe('fine');
  await expect(share.join('q', { signal: AbortSignal.abort() }, start)).rejects.toMatchObject({ code: 'cancelled' });
});
