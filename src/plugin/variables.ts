import { CustomVariableSupport, FieldType } from '@grafana/data';
import type { DataFrame, DataQueryRequest, DataQueryResponse, DataSourceApi, ScopedVars } from '@grafana/data';
import { from, map, switchMap } from 'rxjs';
import type { Observable } from 'rxjs';
import { LazyVariableEditor } from './editor/lazyEditors';
import { findValues } from './findValues';
import type { TidemarkOptions, TidemarkQuery } from './query';
import { migrateVariable } from './variableQuery';
import type { SavedVariable, VariableQuery } from './variableQuery';

type Source = DataSourceApi<TidemarkQuery, TidemarkOptions>;
type Request = DataQueryRequest<TidemarkQuery>;

/** What options are asked through: `sql` writes the statement of a variable, `run` sends it. */
export interface VariableRunner {
  sql(query: VariableQuery, request: Request): Promise<string>;
  run(request: Request): Observable<DataQueryResponse>;
}

/** Dashboard variables from SQL or by a guided kind; see {@link findValues} for the columns. */
export class VariableSupport extends CustomVariableSupport<Source, TidemarkQuery> {
  override readonly editor = LazyVariableEditor;
  readonly #runner: VariableRunner;

  constructor(runner: VariableRunner) {
    super();
    this.#runner = runner;
  }

  /** Emits one frame with the string fields `text` and `value`; errors with the query's own error. */
  override query(asked: Request): Observable<DataQueryResponse> {
    const query = migrateVariable(asked.targets[0] as SavedVariable);
    const request = { ...asked, scopedVars: { ...asked.scopedVars, ...searchFilter(asked.scopedVars) } };
    const { refId, format } = query;
    return from(this.#runner.sql(query, request)).pipe(
      switchMap((rawSql) => this.#runner.run({ ...request, targets: [{ refId, format, rawSql }] })),
      map((response) => {
        const [error] = response.errors ?? [];
        if (error) throw new Error(error.message);
        return { ...response, data: [optionsFrame(response.data[0] as DataFrame | undefined)] };
      }),
    );
  }
}

/**
 * `$__searchFilter` as users of Grafana's SQL sources know it: to stand in quotes after LIKE; what was typed with quotes,
 * backslashes and LIKE's own wildcards escaped, and `%` behind it (`%` alone when nothing was typed).
 */
export function searchFilter(scopedVars: ScopedVars | undefined): ScopedVars {
  const typed: unknown = scopedVars?.['__searchFilter']?.value;
  // LIKE reads \% as a percent sign, and a string literal reads \\ as one backslash: hence twice.
  const like = (typeof typed === 'string' ? typed : '').replace(/[\\%_]/g, '\\$&');
  const value = `${like.replace(/[\\']/g, '\\$&')}%`;
  return { __searchFilter: { text: value, value } };
}

function optionsFrame(result: DataFrame | undefined): DataFrame {
  const options = findValues(result);
  return {
    ...(result?.refId !== undefined && { refId: result.refId }),
    length: options.length,
    fields: [
      { name: 'text', type: FieldType.string, config: {}, values: options.map((option) => option.text) },
      { name: 'value', type: FieldType.string, config: {}, values: options.map((option) => String(option.value)) },
    ],
  };
}
