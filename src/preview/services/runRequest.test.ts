import type { DataQueryRequest, DataQueryResponse, DataSourceApi, PanelData } from '@grafana/data';
import { LoadingState } from '@grafana/data';
import { Observable, of, Subject } from 'rxjs';
import { runRequest } from './runRequest';

const request = { targets: [{ refId: 'A' }, { refId: 'B', hide: true }], range: {} } as unknown as DataQueryRequest;

const frame = (name: string, dataTopic?: string) => ({ name, fields: [], length: 0, meta: { dataTopic } });

const sourceOf = (query: (asked: DataQueryRequest) => Observable<DataQueryResponse> | Promise<DataQueryResponse>) =>
  ({ query }) as unknown as DataSourceApi;

function run(source: DataSourceApi, asked = request) {
  const states: PanelData[] = [];
  let isComplete = false;
  const subscription = runRequest(source, asked).subscribe({
    next: (data) => states.push(data),
    complete: () => (isComplete = true),
  });
  return { states, subscription, isComplete: () => isComplete };
}

const names = (data: PanelData | undefined) => data?.series.map((one) => one.name);

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('asks for the targets that are not hidden, and nothing at all when none is left', () => {
  const query = jest.fn(() => of({ data: [] }));
  run(sourceOf(query));
  expect(query).toHaveBeenCalledWith(expect.objectContaining({ targets: [{ refId: 'A' }] }));
  const none = run(sourceOf(query), { ...request, targets: [{ refId: 'B', hide: true }] });
  expect(query).toHaveBeenCalledTimes(1);
  expect(none.states.map((data) => data.state)).toEqual([LoadingState.Done]);
});

test('replaces answers of one key and keeps answers of others beside them', () => {
  const answers = new Subject<DataQueryResponse>();
  const { states, isComplete } = run(sourceOf(() => answers));
  answers.next({ key: 'A', data: [frame('a, half')], state: LoadingState.Loading });
  expect([states.at(-1)?.state, names(states.at(-1))]).toEqual([LoadingState.Streaming, ['a, half']]);
  answers.next({ key: 'B', data: [frame('b')] });
  answers.next({ key: 'A', data: [frame('a, whole'), frame('note', 'annotations')] });
  expect(names(states.at(-1))).toEqual(['a, whole', 'b']);
  expect(states.at(-1)?.annotations?.map((one) => one.name)).toEqual(['note']);
  answers.complete();
  expect([states.at(-1)?.state, isComplete()]).toEqual([LoadingState.Done, true]);
});

test('says that it is loading only when the answer takes its time', () => {
  const answers = new Subject<DataQueryResponse>();
  const { states } = run(sourceOf(() => answers));
  expect(states).toEqual([]);
  jest.advanceTimersByTime(200);
  expect(states.map((data) => data.state)).toEqual([LoadingState.Loading]);
});

test.each([
  [
    'thrown at once',
    () => {
      throw new Error('Code: 60');
    },
  ],
  ['of the stream', () => new Observable<DataQueryResponse>((subscriber) => subscriber.error(new Error('Code: 60')))],
  ['in the answer', () => of({ data: [], errors: [{ message: 'Code: 60' }] })],
])('shows an error %s with its text and ends', (_where, query) => {
  const { states, isComplete } = run(sourceOf(query));
  expect(states.at(-1)).toMatchObject({ state: LoadingState.Error, errors: [{ message: 'Code: 60' }] });
  expect(isComplete()).toBe(true);
});

test('keeps what came before an error', () => {
  const answers = new Subject<DataQueryResponse>();
  const { states } = run(sourceOf(() => answers));
  answers.next({ key: 'A', data: [frame('a')] });
  answers.error(new Error('broken off'));
  expect([states.at(-1)?.state, names(states.at(-1))]).toEqual([LoadingState.Error, ['a']]);
});

test('ends the query when the panel goes away', () => {
  const onEnd = jest.fn();
  const { subscription } = run(sourceOf(() => new Observable<DataQueryResponse>(() => onEnd)));
  subscription.unsubscribe();
  expect(onEnd).toHaveBeenCalledTimes(1);
});
