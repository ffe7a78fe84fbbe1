import type {
  DataFrame,
  DataQueryError,
  DataQueryRequest,
  DataQueryResponse,
  DataSourceApi,
  DataTopic,
  PanelData,
} from '@grafana/data';
import { LoadingState, toDataFrame } from '@grafana/data';
import type { Subscription } from 'rxjs';
import { from, Observable } from 'rxjs';
import { messageOf } from '../../core/errors';

/** A query that has not answered after this shows the loading bar. */
const loadingAfterMs = 150;

const annotationTopic = 'annotations' as DataTopic;

/** Whatever was thrown, as a panel shows it: an error of HTTP keeps its status and says what the answer said. */
function queryError(thrown: unknown): DataQueryError {
  if (typeof thrown !== 'object' || thrown === null) return { message: messageOf(thrown) };
  const { message, status, statusText, data, refId } = thrown as DataQueryError;
  const said = message || data?.message || data?.error || statusText || messageOf(thrown);
  return { message: said, status, statusText, data, refId };
}

function toState(responses: Iterable<DataQueryResponse>, request: DataQueryRequest, isFinal: boolean): PanelData {
  const series: DataFrame[] = [];
  const annotations: DataFrame[] = [];
  const errors: DataQueryError[] = [];
  let isLoading = false;
  for (const response of responses) {
    for (const data of response.data ?? []) {
      const frame = toDataFrame(data);
      (frame.meta?.dataTopic === annotationTopic ? annotations : series).push(frame);
    }
    errors.push(...(response.errors ?? (response.error ? [response.error] : [])));
    isLoading ||= response.state === LoadingState.Loading || response.state === LoadingState.Streaming;
  }
  const state = errors.length ? LoadingState.Error : isLoading && !isFinal ? LoadingState.Streaming : LoadingState.Done;
  return {
    state,
    series,
    annotations,
    request: state === LoadingState.Streaming ? request : { ...request, endTime: Date.now() },
    timeRange: request.range,
    ...(errors.length ? { errors, error: errors[0] } : {}),
  };
}

/**
 * Runs a query and turns the answers into panel data: answers with the same `key` replace each other, others stand side
 * by side; an error keeps what came before it and its text. Never throws: what is thrown becomes `state: Error`.
 * Unsubscribing cancels the data source's query.
 */
export function runRequest(
  datasource: DataSourceApi,
  request: DataQueryRequest,
  queryFunction?: DataSourceApi['query'],
): Observable<PanelData> {
  const targets = request.targets.filter(
    (target) => !target.hide && (datasource.filterQuery ? datasource.filterQuery(target) : true),
  );
  const asked: DataQueryRequest = { ...request, targets };
  return new Observable<PanelData>((subscriber) => {
    if (targets.length === 0) {
      subscriber.next(toState([], asked, true));
      subscriber.complete();
      return;
    }
    const responses = new Map<string, DataQueryResponse>();
    const spinner = setTimeout(
      () =>
        subscriber.next({
          state: LoadingState.Loading,
          series: [],
          annotations: [],
          request: asked,
          timeRange: asked.range,
        }),
      loadingAfterMs,
    );
    const fail = (thrown: unknown) => {
      clearTimeout(spinner);
      responses.set(' error', { data: [], errors: [queryError(thrown)] });
      subscriber.next(toState(responses.values(), asked, true));
      subscriber.complete();
    };
    const answers = () => from(queryFunction ? queryFunction(asked) : datasource.query(asked));
    let inner: Subscription | undefined;
    try {
      inner = answers().subscribe({
        next(response) {
          clearTimeout(spinner);
          responses.set(response.key ?? 'A', response);
          subscriber.next(toState(responses.values(), asked, false));
        },
        error: fail,
        complete() {
          clearTimeout(spinner);
          subscriber.next(toState(responses.values(), asked, true));
          subscriber.complete();
        },
      });
    } catch (thrown) {
      fail(thrown);
    }
    return () => {
      clearTimeout(spinner);
      inner?.unsubscribe();
    };
  });
}
