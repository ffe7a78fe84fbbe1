import { DataSourceApi } from '@grafana/data';
import type {
  AdHocVariableFilter,
  CoreApp,
  DataQueryRequest,
  DataQueryResponse,
  DataSourceGetTagKeysOptions,
  DataSourceGetTagValuesOptions,
  DataSourceInstanceSettings,
  MetricFindValue,
  ScopedVars,
  TestDataSourceResponse,
} from '@grafana/data';
import type { Observable } from 'rxjs';
import { createClient } from '../clickhouse/client';
import type { ClickHouseClient } from '../clickhouse/client';
import { newQueryId } from '../clickhouse/queryId';
import { annotationSupport } from './annotations';
import { LazyQueryEditor } from './editor/lazyEditors';
import { fail } from './errors';
import { checkHealth } from './health/check';
import type { Host } from './host';
import { filtered, interpolated } from './prepare';
import { migrateQuery } from './query';
import type { TidemarkOptions, TidemarkQuery } from './query';
import { limitsOf } from './run/limits';
import { runLive } from './run/live';
import type { Runner } from './run/runner';
import { createRunner } from './run/runner';
import { runTarget } from './run/runTarget';
import type { TargetRun } from './run/runTargets';
import { runTargets } from './run/runTargets';
import { tablesOf } from './tables';
import { tagKeys, tagValues } from './tags';
import { VariableSupport } from './variables';

/** Grafana's view of one ClickHouse: wiring only, every decision is in the files beside this one. */
export class DataSource extends DataSourceApi<TidemarkQuery, TidemarkOptions> {
  override readonly annotations = { ...annotationSupport, QueryEditor: LazyQueryEditor };
  override readonly variables = new VariableSupport((request) => this.query(request));
  readonly #settings: DataSourceInstanceSettings<TidemarkOptions>;
  readonly #host: Host;
  readonly #runner: Runner;

  constructor(settings: DataSourceInstanceSettings<TidemarkOptions>, host: Host) {
    super(settings);
    this.#settings = settings;
    this.#host = host;
    this.#runner = createRunner(() => this.#client(), host, limitsOf(settings.jsonData));
  }

  /** Runs each target on its own; an error of one is reported under its refId. A live request goes on until it is left. */
  override query(request: DataQueryRequest<TidemarkQuery>): Observable<DataQueryResponse> {
    const targets = request.targets.map(migrateQuery).filter((query) => this.filterQuery(query));
    const fixed = { host: this.#host, runner: this.#runner, limits: limitsOf(this.#settings.jsonData) };
    if (request.liveStreaming)
      return runLive(
        targets.map((query) => ({
          refId: query.refId,
          poll: (range, signal) => runTarget({ ...fixed, query, request: { ...request, range }, signal }),
        })),
        request.range,
      );
    return runTargets(
      targets.map(
        (query): TargetRun =>
          (signal, onPart) =>
            runTarget({ ...fixed, query, request, signal, onPart }),
      ),
    );
  }

  /** Hidden and empty queries are not sent. */
  override filterQuery(query: TidemarkQuery): boolean {
    return !query.hide && migrateQuery(query).rawSql.trim() !== '';
  }

  override getDefaultQuery(_app: CoreApp): Partial<TidemarkQuery> {
    return { rawSql: '', format: 'table' };
  }

  override getQueryDisplayText(query: TidemarkQuery): string {
    return migrateQuery(query).rawSql;
  }

  /** The queries with variables and ad hoc filters written into them, as Explore takes them over. */
  override interpolateVariablesInQueries(
    queries: TidemarkQuery[],
    scopedVars: ScopedVars,
    filters: AdHocVariableFilter[] = [],
  ): TidemarkQuery[] {
    return queries.map((saved) => {
      const query = migrateQuery(saved);
      return { ...query, rawSql: filtered(interpolated(query.rawSql, scopedVars, this.#host), filters).sql };
    });
  }

  override async getTagKeys(options?: DataSourceGetTagKeysOptions<TidemarkQuery>): Promise<MetricFindValue[]> {
    return tagKeys(this.#ask, this.#tables(options?.queries));
  }

  override async getTagValues(options: DataSourceGetTagValuesOptions<TidemarkQuery>): Promise<MetricFindValue[]> {
    return tagValues(this.#ask, options.key, this.#tables(options.queries));
  }

  override async testDatasource(): Promise<TestDataSourceResponse> {
    return checkHealth(() => this.#client(), this.#newQueryId);
  }

  readonly #newQueryId = (): string => newQueryId(this.#host.random);

  readonly #ask = <Row>(sql: string): Promise<Row[]> => this.#client().rows<Row>({ sql, queryId: this.#newQueryId() });

  #tables(queries: readonly TidemarkQuery[] = []) {
    return queries.flatMap((saved) => tablesOf(interpolated(migrateQuery(saved).rawSql, {}, this.#host)));
  }

  /** Throws `no_url` where the data source has none. */
  #client(): ClickHouseClient {
    const { url, name, jsonData } = this.#settings;
    if (!url) throw fail('no_url', { name });
    return createClient({ transport: this.#host.transport(url), database: jsonData.defaultDatabase ?? '' });
  }
}
