import { askedOf, elementOf } from './columnType';
import { clauseBody } from '../sql/edit';
import { declaredIn, outerSelects } from '../sql/selects';
import { isHidden } from './alias';
import { keyPath, keySql } from './key';
import { ident } from '../sql/quote';
import { predicate } from './predicate';
import { resolveKey } from './resolve';
import { sourcesOf } from './source';
import type { ColumnSql } from './condition';
import type { ColumnsOf } from './columns';
import type { Edit } from '../sql/edit';
import type { FoundColumn } from './resolve';
import type { KnownFilter } from './predicate';
import type { RefusalReason } from './refusal';
import type { Scope, Select } from '../sql/selects';
import type { Source, Sources } from './source';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';

type Filters = readonly KnownFilter[];

/** A filter that did not go in, somewhere. */
export interface Refusal {
  readonly filter: KnownFilter;
  readonly reason: RefusalReason;
}

/** One walk over a statement: finds the SELECTs that each filter belongs to, and notes what could not be done. */
export class Placement {
  /** In the order found, each once. */
  readonly refusals: Refusal[] = [];
  readonly placed = new Set<KnownFilter>();
  private guessed = false;
  private readonly tokens: readonly Token[];
  private readonly columnsOf: ColumnsOf | undefined;
  private readonly conditions = new Map<number, { readonly select: Select; readonly texts: string[] }>();
  private readonly seen = new Map<number, Set<KnownFilter>>();

  constructor(tokens: readonly Token[], columnsOf: ColumnsOf | undefined) {
    this.tokens = tokens;
    this.columnsOf = columnsOf;
  }

  refuse(reason: RefusalReason, filters: Filters): void {
    for (const filter of filters)
      if (!this.refusals.some((known) => known.filter === filter && known.reason === reason))
        this.refusals.push({ filter, reason });
  }

  /** Places filters in a query; `outer` are the common table expressions in sight. */
  query(range: TokenRange, outer: Scope, filters: Filters): void {
    // A common table expression that is read twice is filtered once.
    const seen = this.seen.get(range.from) ?? new Set();
    const fresh = filters.filter((filter) => !seen.has(filter));
    this.seen.set(range.from, new Set([...seen, ...fresh]));
    if (fresh.length === 0) return;
    const selects = outerSelects(this.tokens, range);
    if (selects.length === 0) this.refuse('not_select', fresh);
    let scope = outer;
    for (const select of selects) {
      const declared = declaredIn(this.tokens, select);
      // What the first part of a UNION declares, the others see too.
      scope = new Map([...scope, ...declared.scope]);
      this.select(select, scope, declared.recursive, fresh);
    }
  }

  private select(select: Select, scope: Scope, recursive: boolean, filters: Filters): void {
    const from = select.clauses.find(({ name }) => name === 'FROM');
    if (!from) return this.refuse('no_table', filters);
    const sources = sourcesOf(this.tokens, from, scope);
    const { first } = sources;
    if (first.kind === 'unknown') return this.refuse('unknown_source', filters);
    if (first.kind === 'table') return filters.forEach((filter) => this.table(select, scope, sources, filter));
    if (sources.joined.length === 0) {
      if (first.kind === 'expression' && recursive) return this.refuse('recursive', filters);
      return this.query(first.range, within(scope, first), filters);
    }
    for (const filter of filters) this.joined(select, scope, recursive, sources, filter);
  }

  /** The first source is a table: the condition goes into this WHERE. */
  private table(select: Select, scope: Scope, sources: Sources, filter: KnownFilter): void {
    const column = this.columnOf(select, scope, [sources.first, ...sources.joined], sources.unfolded, filter);
    if (typeof column === 'string') this.refuse(column, [filter]);
    else this.place(select, filter, column);
  }

  /** The first of several sources is a query: only columns can say which source is meant. */
  private joined(select: Select, scope: Scope, recursive: boolean, sources: Sources, filter: KnownFilter): void {
    const all = [sources.first, ...sources.joined];
    const has = this.columnsOf && !recursive ? all.map((source) => this.survey(source, scope, filter)) : [];
    const at = has.findIndex((answer) => answer !== 'none');
    if (has.length > 0 && at < 0) return this.refuse('no_column', [filter]);
    const source = has[at] === 'has' ? all[at] : undefined;
    if (source?.kind === 'table') {
      const column = this.columnOf(select, scope, [source], sources.unfolded, filter, true);
      if (typeof column === 'string') this.refuse(column, [filter]);
      else this.place(select, filter, column);
    } else if (source && source.kind !== 'unknown' && at === 0 && !sources.outer) {
      this.query(source.range, within(scope, source), [filter]);
    } else this.refuse('joined_query', [filter]);
  }

  /** Whether a source has the filter's column, as far as its tables' columns say. */
  private survey(source: Source, scope: Scope, filter: KnownFilter): 'has' | 'none' | 'unknown' {
    if (source.kind === 'unknown') return 'unknown';
    if (source.kind === 'table') {
      const columns = source.ref && this.columnsOf?.(source.ref);
      if (!columns) return 'unknown';
      return resolveKey(filter.key, { name: source.name, ref: source.ref!, columns }) ? 'has' : 'none';
    }
    // What a sub-query gives has other names too: its own as a qualifier, and the aliases in it.
    const { parts } = keyPath(filter.key);
    if (parts.length > 1 && parts[0] === source.name) return 'unknown';
    if (isHidden(this.tokens, source.range, parts[0]!)) return 'unknown';
    const trial = new Placement(this.tokens, this.columnsOf);
    trial.query(source.range, within(scope, source), [filter]);
    if (trial.guessed) return 'unknown';
    if (trial.refusals.length === 0) return 'has';
    return trial.placed.size === 0 && trial.refusals.every(({ reason }) => reason === 'no_column') ? 'none' : 'unknown';
  }

  /** A filter's column among the sources of a SELECT, or why it is none. `qualify` names the table in any case. */
  private columnOf(
    select: Select,
    scope: Scope,
    sources: readonly Source[],
    unfolded: ReadonlySet<string>,
    filter: KnownFilter,
    qualify = false,
  ): ColumnSql | RefusalReason {
    const { key } = filter;
    const tables = sources.map((source) => {
      const columns = source.kind === 'table' && source.ref ? this.columnsOf?.(source.ref) : undefined;
      return columns && source.kind === 'table' ? { name: source.name, ref: source.ref!, columns } : undefined;
    });
    const found = tables.flatMap((table) => {
      const column = table && resolveKey(key, table);
      return column ? [{ column, name: table.name }] : [];
    });
    const [match] = found;
    if (!match) {
      const none = sources.every((source) => this.survey(source, scope, filter) === 'none');
      return none ? 'no_column' : this.guess(select, sources[0]!, key);
    }
    // Of two tables ClickHouse takes the first by itself; among more a name is ambiguous.
    const ambiguous = found.length > 1 && sources.length > 2;
    const { column } = match;
    const hidden = isHidden(this.tokens, select, column.column);
    const named = qualify || column.qualified || ambiguous || hidden;
    if (hidden && match.name === undefined) return 'hidden';
    const written = column.write(named ? match.name : undefined);
    const type = unfolds(unfolded, column) ? elementOf(written.type ?? '') : written.type;
    if (askedOf(type) === 'never') return 'incomparable';
    return { sql: written.sql, ...(type !== undefined && { type }) };
  }

  /** The key as it stands, where nobody knows the columns. */
  private guess(select: Select, source: Source, key: string): ColumnSql | RefusalReason {
    this.guessed = true;
    const { parts } = keyPath(key);
    const name = source.kind === 'unknown' ? undefined : source.name;
    if (parts.length > 1 || !isHidden(this.tokens, select, parts[0] ?? key)) return { sql: keySql(key) };
    return name === undefined ? 'hidden' : { sql: `${ident(name)}.${keySql(key)}` };
  }

  private place(select: Select, filter: KnownFilter, column: ColumnSql): void {
    const entry = this.conditions.get(select.from) ?? { select, texts: [] };
    entry.texts.push(predicate(filter, column));
    this.conditions.set(select.from, entry);
    this.placed.add(filter);
  }

  /** The texts to put into the statement. */
  edits(): Edit[] {
    return [...this.conditions.values()].flatMap(({ select, texts }) => {
      const sql = texts.join(' AND ');
      const where = select.clauses.find(({ name }) => name === 'WHERE');
      if (where) {
        const body = clauseBody(this.tokens, where);
        return [
          { at: body.start, text: '(' },
          { at: body.end, text: `) AND ${sql}` },
        ];
      }
      const before = select.clauses.filter(({ name }) => ['SELECT', 'FROM', 'PREWHERE'].includes(name)).at(-1)!;
      return [{ at: clauseBody(this.tokens, before).end, text: ` WHERE ${sql}` }];
    });
  }
}

/** The common table expressions that a query in FROM sees: an expression does not see itself. */
function within(scope: Scope, source: Source): Scope {
  if (source.kind !== 'expression') return scope;
  const visible = new Map(scope);
  visible.delete(source.declared);
  return visible;
}

/** Whether ARRAY JOIN has made elements of the column: by its name, its table and name, or the Nested that it is in. */
function unfolds(unfolded: ReadonlySet<string>, { column }: FoundColumn): boolean {
  const nested = column.replace(/\.[^.]*$/s, '');
  return [...unfolded].some((name) => name === column || name === nested || name.endsWith(`.${column}`));
}
