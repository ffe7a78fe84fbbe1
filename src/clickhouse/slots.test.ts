import { createSlots } from './slots';

const never = new AbortController().signal;
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

test('as many enter as there are places, the others in their order as places are given back', async () => {
  const slots = createSlots(() => 2);
  const entered: number[] = [];
  const releases: (() => void)[] = [];
  for (let i = 0; i < 5; i++)
    void slots.take(never).then((release) => {
      entered.push(i);
      releases.push(release);
    });
  await settle();
  expect(entered).toEqual([0, 1]);
  releases[1]!();
  releases[1]!(); // giving back twice frees one place
  await settle();
  expect(entered).toEqual([0, 1, 2]);
  releases[0]!();
  releases[2]!();
  await settle();
  expect(entered).toEqual([0, 1, 2, 3, 4]);
});

test('who is aborted while waiting leaves the queue and takes no place', async () => {
  const slots = createSlots(() => 1);
  const release = await slots.take(never);
  const leaving = new AbortController();
  const left = slots.take(leaving.signal);
  const stayed = slots.take(never);
  leaving.abort();
  await expect(left).rejects.toMatchObject({ code: 'cancelled' });
  release();
  (await stayed)();
  const aborted = AbortSignal.abort();
  await expect(slots.take(aborted)).rejects.toMatchObject({ code: 'cancelled' });
  (await slots.take(never))();
});

test('more places later let more in', async () => {
  let count = 1;
  const slots = createSlots(() => count);
  const release = await slots.take(never);
  const waiting = [slots.take(never), slots.take(never)];
  count = 3;
  release();
  expect((await Promise.all(waiting)).length).toBe(2);
});
