import { clauseBody, insertAt } from '../sql/edit';
import { declaredIn, outerSelects } from '../sql/selects';
import { ident } from '../sql/quote';
import { isDotted, keyColumn, keySql } from './key';
import { isHidden } from './alias';
import { predicates } from './predicate';
import { refusal } from './refusal';
import { sourceOf } from './source';
import { tokenize } from '../sql/lexer';
import { isTrivia } from '../sql/tokens';
import { closingBracket } from '../sql/brackets';
import type { AdhocFilter } from './filter';
import type { Edit } from '../sql/edit';
import type { Notice } from '../notice';
import type { RefusalReason } from './refusal';
import type { Scope, Select } from '../sql/selects';
import type { Token } from '../sql/tokens';
import type { TokenRange } from '../sql/brackets';

/** A statement with filters in it, and a notice for each filter that is not. */
export interface Filtered {
  readonly sql: string;
  readonly notices: readonly Notice[];
}

/**
 * Puts ad hoc filters into a statement: into the WHERE of the outermost SELECTs that read from a table (through
 * sub-queries and common table expressions in FROM, and in each part of a UNION). Everything else of the statement
 * stays letter by letter, comments included. A filter that could not be applied gives a notice that says why; the
 * statement then runs without it. Never throws.
 * @example applyAdhocFilters('SELECT 1 FROM t', [{ key: 'a', operator: '=', value: 'x' }]).sql // SELECT 1 FROM t WHERE `a` = 'x'
 */
export function applyAdhocFilters(sql: string, filters: readonly AdhocFilter[]): Filtered {
  const named = filters.filter(({ key }) => key !== '');
  if (named.length === 0) return { sql, notices: [] };
  const tokens = tokenize(sql);
  const pass = new Pass(tokens, named);
  const statement = oneStatement(tokens);
  if (typeof statement === 'string') pass.refuse(statement);
  else pass.query(statement, new Map());
  return { sql: insertAt(sql, pass.edits), notices: pass.notices() };
}

/** The one statement of the text, without the semicolon behind it, or why it cannot be read. */
function oneStatement(tokens: readonly Token[]): TokenRange | RefusalReason {
  if (tokens.some(({ kind }) => kind === 'unterminated')) return 'unterminated';
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.kind === 'close') return 'brackets';
    if (token.kind === 'open') {
      const close = closingBracket(tokens, i);
      if (close === undefined) return 'brackets';
      i = close;
    }
    if (token.kind === 'semicolon' || token.text === '\\G') {
      const more = tokens.slice(i + 1).some((t) => !isTrivia(t) && t.kind !== 'semicolon');
      return more ? 'statements' : { from: 0, to: i };
    }
  }
  return { from: 0, to: tokens.length };
}

/** One walk over a statement: collects what to insert and what could not be done. */
class Pass {
  readonly edits: Edit[] = [];
  private readonly tokens: readonly Token[];
  private readonly filters: readonly AdhocFilter[];
  private readonly reasons = new Set<RefusalReason>();
  private readonly hidden = new Set<string>();
  private readonly seen = new Set<number>();
  private unknownOperators: readonly Notice[] = [];

  constructor(tokens: readonly Token[], filters: readonly AdhocFilter[]) {
    this.tokens = tokens;
    this.filters = filters;
  }

  refuse(reason: RefusalReason): void {
    this.reasons.add(reason);
  }

  query(range: TokenRange, outer: Scope): void {
    // A common table expression that is read twice is filtered once.
    if (this.seen.has(range.from)) return;
    this.seen.add(range.from);
    const selects = outerSelects(this.tokens, range);
    if (selects.length === 0) this.refuse('not_select');
    let scope = outer;
    for (const select of selects) {
      const declared = declaredIn(this.tokens, select);
      // What the first part of a UNION declares, the others see too.
      scope = new Map([...scope, ...declared.scope]);
      this.select(select, scope, declared.recursive);
    }
  }

  private select(select: Select, scope: Scope, recursive: boolean): void {
    const from = select.clauses.find(({ name }) => name === 'FROM');
    if (!from) return this.refuse('no_table');
    const source = sourceOf(this.tokens, from, scope);
    switch (source.kind) {
      case 'unknown':
        return this.refuse('unknown_source');
      case 'table':
        return this.table(select, source.name);
      case 'query':
        return source.joined ? this.refuse('joined_query') : this.query(source.range, scope);
      case 'expression': {
        if (source.joined) return this.refuse('joined_query');
        if (recursive) return this.refuse('recursive');
        const visible = new Map(scope);
        visible.delete(source.name);
        return this.query(source.range, visible);
      }
    }
  }

  private table(select: Select, name: string | undefined): void {
    const usable = this.filters.filter(({ key }) => {
      const shut = name === undefined && !isDotted(key) && isHidden(this.tokens, select, keyColumn(key));
      if (shut) this.hidden.add(key);
      return !shut;
    });
    const { sql, notices } = predicates(usable, (key) =>
      name !== undefined && !isDotted(key) && isHidden(this.tokens, select, keyColumn(key))
        ? `${ident(name)}.${keySql(key)}`
        : keySql(key),
    );
    this.unknownOperators = notices;
    if (sql === '') return;
    const where = select.clauses.find(({ name }) => name === 'WHERE');
    if (where) {
      const body = clauseBody(this.tokens, where);
      this.edits.push({ at: body.start, text: '(' }, { at: body.end, text: `) AND ${sql}` });
    } else {
      const before = select.clauses.filter(({ name }) => ['SELECT', 'FROM', 'PREWHERE'].includes(name)).at(-1)!;
      this.edits.push({ at: clauseBody(this.tokens, before).end, text: ` WHERE ${sql}` });
    }
  }

  notices(): Notice[] {
    const partly = this.edits.length > 0;
    const refused = [...this.reasons].flatMap((reason) => this.filters.map(({ key }) => refusal(key, reason, partly)));
    const hidden = [...this.hidden].map((key) => refusal(key, 'hidden', false));
    return [...this.unknownOperators, ...hidden, ...refused];
  }
}
