import { CustomVariableSupport, FieldType } from '@grafana/data';
import type { DataFrame, DataQueryRequest, DataQueryResponse, DataSourceApi, ScopedVars } from '@grafana/data';
import { map } from 'rxjs';
import type { Observable } from 'rxjs';
import { LazyVariableEditor } from './editor/lazyEditors';
import { findValues } from './findValues';
import { migrateQuery } from './query';
import type { SavedQuery, TidemarkOptions, TidemarkQuery } from './query';

type Source = DataSourceApi<TidemarkQuery, TidemarkOptions>;
type RunQuery = (request: DataQueryRequest<TidemarkQuery>) => Observable<DataQueryResponse>;

/** Dashboard variables from SQL; see {@link findValues} for the columns. */
export class VariableSupport extends CustomVariableSupport<Source, TidemarkQuery> {
  override readonly editor = LazyVariableEditor;
  readonly #run: RunQuery;

  constructor(run: RunQuery) {
    super();
    this.#run = run;
  }

  /** Emits one frame with the string fields `text` and `value`; errors with the query's own error. */
  override query(request: DataQueryRequest<TidemarkQuery>): Observable<DataQueryResponse> {
    // Old variables are saved as a bare string.
    const saved = request.targets[0] as SavedQuery | string | undefined;
    const target = migrateQuery(
      typeof saved === 'string' ? { refId: 'variable', rawSql: saved } : (saved ?? { refId: 'variable' }),
    );
    const scopedVars = { ...request.scopedVars, ...searchFilter(request.scopedVars) };
    return this.#run({
      ...request,
      scopedVars,
      targets: [{ ...target, refId: target.refId || 'variable', format: 'table' }],
    }).pipe(
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
