import { DataSourceApi } from '@grafana/data';
import type {
  AdHocVariableFilter,
  CoreApp,
  DataQueryRequest,
  DataQueryResponse,
  DataSourceGetDrilldownsApplicabilityOptions,
  DataSourceGetTagKeysOptions,
  DataSourceGetTagValuesOptions,
  DataSourceInstanceSettings,
  DrilldownsApplicability,
  MetricFindValue,
  ScopedVars,
  TestDataSourceResponse,
  TimeRange,
} from '@grafana/data';
import { from, switchMap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { RunLimits } from '../clickhouse/run';
import { createClient } from '../clickhouse/client';
import type { ClickHouseClient } from '../clickhouse/client';
import { newQueryId } from '../clickhouse/queryId';
import { annotationSupport } from './annotations';
import { LazyQueryEditor } from './editor/lazyEditors';
import { fail } from './errors';
import type { Host } from './host';
import { filledName, filtered, inlined, interpolated, zoneOf } from './prepare';
import { migrateQuery, withReferences } from './query';
import type { TidemarkOptions, TidemarkQuery } from './query';
import { limitsOf } from './run/limits';
import type { Runner } from './run/runner';
import { createRunner } from './run/runner';
import { runTarget } from './run/runTarget';
import type { TargetRun } from './run/runTargets';
import { runTargets } from './run/runTargets';
import type { Look } from './tableColumns';
import { TableColumns } from './tableColumns';
import { tablesOf } from './tables';
import type { TagScope } from './tags';
import { describeVariable, migrateVariable } from './variableQuery';
import { VariableSupport } from './variables';

/** What only some pages need: fetched when it is first asked for, so that dashboards load without it. */
const onDemand = () => import(/* webpackChunkName: "ondemand" */ './onDemand');

/** Grafana's view of one ClickHouse: wiring only, every decision is in the files beside this one. */
export class DataSource extends DataSourceApi<TidemarkQuery, TidemarkOptions> {
  override readonly annotations = { ...annotationSupport, QueryEditor: LazyQueryEditor };
  override readonly variables = new VariableSupport({
    run: (request) => this.query(request),
    sql: async (query, { range, scopedVars, timezone }) =>
      (await onDemand()).variableSql(query, {
        ask: this.#ask,
        fill: (text) => filledName(text, scopedVars, this.#host),
        range: { fromMs: range.from.valueOf(), toMs: range.to.valueOf(), timezone: zoneOf(timezone) },
      }),
  });
  readonly #settings: DataSourceInstanceSettings<TidemarkOptions>;
  readonly #host: Host;
  readonly #limits: RunLimits;
  readonly #runner: Runner;
  readonly #columns = new TableColumns(
    (sql) => this.#ask(sql),
    () => Date.now(),
  );

  constructor(settings: DataSourceInstanceSettings<TidemarkOptions>, host: Host) {
    super(settings);
    this.#settings = settings;
    this.#host = host;
    this.#limits = limitsOf(settings.jsonData);
    this.#runner = createRunner(() => this.#client(), host, this.#limits);
  }

  /** Runs each target on its own; an error of one is reported under its refId. A live request goes on until it is left. */
  override query(request: DataQueryRequest<TidemarkQuery>): Observable<DataQueryResponse> {
    const targets = request.targets.map(migrateQuery).filter((query) => this.filterQuery(query));
    const fixed = {
      host: this.#host,
      runner: this.#runner,
      limits: this.#limits,
      look: (query: TidemarkQuery) => this.#look([query], request.scopedVars),
    };
    if (request.liveStreaming)
      return from(onDemand()).pipe(
        switchMap(({ runLive }) =>
          runLive(
            targets.map((query) => ({
              refId: query.refId,
              poll: (range, signal) => runTarget({ ...fixed, query, request: { ...request, range }, signal }),
            })),
            request.range,
          ),
        ),
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
    return describeVariable(migrateVariable(query));
  }

  /** The queries with variables and ad hoc filters written into them, as Explore takes them over. */
  override interpolateVariablesInQueries(
    queries: TidemarkQuery[],
    scopedVars: ScopedVars,
    filters: AdHocVariableFilter[] = [],
  ): TidemarkQuery[] {
    return queries.map((saved) => {
      const query = migrateQuery(saved);
      const filled = inlined(interpolated(query.rawSql, scopedVars, this.#host), scopedVars, this.#host);
      return withReferences({ ...query, rawSql: filtered(filled, filters, this.#columns.known).sql });
    });
  }

  override async getTagKeys(options?: DataSourceGetTagKeysOptions<TidemarkQuery>): Promise<MetricFindValue[]> {
    return (await onDemand()).tagKeys(this.#ask, this.#scope(options));
  }

  override async getTagValues(options: DataSourceGetTagValuesOptions<TidemarkQuery>): Promise<MetricFindValue[]> {
    return (await onDemand()).tagValues(this.#ask, options.key, this.#scope(options));
  }

  /** Which filters have an effect on the queries, and why others have none; newer hosts grey those out. */
  override async getDrilldownsApplicability(
    options?: DataSourceGetDrilldownsApplicabilityOptions<TidemarkQuery>,
  ): Promise<DrilldownsApplicability[]> {
    const queries = options?.queries ?? [];
    const { columnsOf } = await this.#look(queries, {});
    return (await onDemand()).drilldowns(this.#statements(queries), options ?? {}, columnsOf);
  }

  override async testDatasource(): Promise<TestDataSourceResponse> {
    return (await onDemand()).checkHealth(() => this.#client(), this.#newQueryId);
  }

  readonly #newQueryId = (): string => newQueryId(this.#host.random);

  readonly #ask = <Row>(sql: string): Promise<Row[]> => this.#client().rows<Row>({ sql, queryId: this.#newQueryId() });

  /** The queries' SQL with variables filled in; those that cannot be filled in are left out. */
  #statements(queries: readonly TidemarkQuery[], scopedVars: ScopedVars = {}): string[] {
    return queries.flatMap((saved) => {
      try {
        return [interpolated(migrateQuery(saved).rawSql, scopedVars, this.#host)];
      } catch {
        return [];
      }
    });
  }

  /** Never rejects. */
  #look(queries: readonly TidemarkQuery[], scopedVars: ScopedVars): Promise<Look> {
    return this.#columns.look(this.#statements(queries, scopedVars).flatMap(tablesOf));
  }

  #scope(options: { readonly queries?: TidemarkQuery[]; readonly timeRange?: TimeRange } = {}): TagScope {
    const statements = this.#statements(options.queries ?? []);
    const { timeRange } = options;
    return {
      statements,
      tables: statements.flatMap(tablesOf),
      range: timeRange && { fromMs: timeRange.from.valueOf(), toMs: timeRange.to.valueOf(), timezone: zoneOf('') },
    };
  }

  /** Throws `no_url` where the data source has none. */
  #client(): ClickHouseClient {
    const { url, name, jsonData } = this.#settings;
    if (!url) throw fail('no_url', { name });
    return createClient({ transport: this.#host.transport(url), database: jsonData.defaultDatabase ?? '' });
  }
}
