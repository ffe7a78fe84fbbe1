import { createPacer } from './pacer';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('the first drawing comes soon, the next ones are spaced however often there is something new', () => {
  const drawn: number[] = [];
  const pacer = createPacer(() => void drawn.push(Math.round(performance.now())));
  const start = Math.round(performance.now());
  for (let i = 0; i < 100; i++) {
    pacer.touch(10);
    jest.advanceTimersByTime(10);
  }
  pacer.stop();
  const after = drawn.map((at) => at - start);
  expect(after[0]).toBeLessThanOrEqual(30);
  expect(after.length).toBeGreaterThanOrEqual(3);
  for (let i = 1; i < after.length; i++) expect(after[i]! - after[i - 1]!).toBeGreaterThanOrEqual(400);
});

test('a long first block is drawn at once', () => {
  const draw = jest.fn();
  const pacer = createPacer(draw);
  pacer.touch(65_000);
  jest.advanceTimersByTime(1);
  expect(draw).toHaveBeenCalledTimes(1);
  pacer.stop();
});

test('a drawing that takes long is repeated more seldom', () => {
  const drawn: number[] = [];
  const pacer = createPacer(() => {
    drawn.push(performance.now());
    jest.advanceTimersByTime(300); // the drawing itself
  });
  for (let i = 0; i < 40; i++) {
    pacer.touch(10);
    jest.advanceTimersByTime(50);
  }
  expect(drawn.length).toBe(2);
  expect(drawn[1]! - drawn[0]!).toBeGreaterThanOrEqual(300 + 1200);
});

test('nothing is drawn after the end', () => {
  const draw = jest.fn();
  const pacer = createPacer(draw);
  pacer.touch(10);
  pacer.stop();
  jest.advanceTimersByTime(1000);
  pacer.touch(10);
  jest.advanceTimersByTime(1000);
  expect(draw).not.toHaveBeenCalled();
});
