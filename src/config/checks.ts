import { roleNames } from '../core/model';
import type { RoleName } from '../core/model';
import { arrivalColumns, constantColumns, roles } from '../packs/roles';
import type { Problem } from './problem';
import { judgeZone } from './timezone';

type Mapping = Readonly<Record<string, unknown>>;

const mapping = (value: unknown): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};

/**
 * Checks what no single key can show: rules across fields, names of zones, the form of addresses. Takes the file's
 * content as it is, valid or not, so that everything wrong is told at once; what has the wrong type is skipped here.
 */
export function crossChecks(content: unknown): Problem[] {
  const root = mapping(content);
  const byRole = roleNames.flatMap((name) => {
    const role = mapping(root.roles)[name];
    return role == null ? [] : roleProblems(name, mapping(role));
  });
  return [...connectionProblems(mapping(root.connection)), ...reportingProblems(mapping(root.reporting)), ...byRole];
}

function connectionProblems({ url }: Mapping): Problem[] {
  if (typeof url !== 'string' || url === '') return [];
  const path = ['connection', 'url'];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    return [{ path, at: 'value', text: 'This is not an address. Write http://host:8123 or https://host:8443.' }];
  if (parsed.username || parsed.password)
    return [
      { path, at: 'value', text: 'The address holds a login. Move it to connection.user and connection.password.' },
    ];
  if (parsed.pathname !== '/' || parsed.search || parsed.hash)
    return [
      {
        path,
        at: 'value',
        text: 'The address has more than protocol, host and port. Write http://host:8123 or https://host:8443.',
      },
    ];
  return [];
}

function reportingProblems({ timezone }: Mapping): Problem[] {
  if (typeof timezone !== 'string' || timezone === '') return [];
  const { known, meant } = judgeZone(timezone);
  if (known) return [];
  const hint = meant ? ` Did you mean "${meant}"?` : '';
  const text = `Time zone "${timezone}" does not exist. Write an IANA name such as Europe/Berlin or UTC.${hint}`;
  return [{ path: ['reporting', 'timezone'], at: 'value', text }];
}

function roleProblems(name: RoleName, role: Mapping): Problem[] {
  const path = ['roles', name];
  const problems: Problem[] = [];
  const columns = mapping(role.columns);
  if (typeof role.table === 'string' && !/^[^.\s]+\.[^.\s]+$/.test(role.table)) {
    const text = `"${role.table}" is not of the form database.table. Write for example shop.${name}.`;
    problems.push({ path: [...path, 'table'], at: 'value', text });
  }
  if (role.class === 'window') {
    if (role.windowDays === undefined) {
      const text =
        'This key is missing. Class window recomputes the last windowDays days at each refresh; write for example 3.';
      problems.push({ path: [...path, 'windowDays'], at: 'value', text });
    }
  } else if (typeof role.class === 'string') {
    if (role.windowDays !== undefined) {
      const text = `Only class window takes windowDays, and the class is ${role.class}. Remove it or write class: window.`;
      problems.push({ path: [...path, 'windowDays'], at: 'key', text });
    }
    if (['append', 'fixed', 'moving'].includes(role.class) && role.columns !== undefined)
      for (const logical of arrivalColumns)
        if (columns[logical] === undefined) problems.push(missingArrival(path, role.class, logical));
  }
  return [...problems, ...constantProblems(name, columns, mapping(role.constants), role.columns !== undefined)];
}

function missingArrival(path: readonly string[], sourceClass: string, logical: string): Problem {
  const text = `This key is missing. Class ${sourceClass} finds its work by id and ingestedAt: map it, or write class: window if the table has no such column.`;
  return { path: [...path, 'columns', logical], at: 'value', text };
}

function constantProblems(name: RoleName, columns: Mapping, constants: Mapping, mapped: boolean): Problem[] {
  return constantColumns[name].flatMap((logical): Problem[] => {
    const column = columns[logical] !== undefined;
    const constant = constants[logical] !== undefined;
    if (column && constant) {
      const text = `${logical} is given both as a column and as a constant. Keep one of them.`;
      return [{ path: ['roles', name, 'constants', logical], at: 'key', text }];
    }
    const required = roles[name].columns.some((c) => c.name === logical && c.required);
    if (!required || column || constant || !mapped) return [];
    const text = `This key is missing. Map it to a column, or name one value for all rows: constants: {${logical}: USD}.`;
    return [{ path: ['roles', name, 'columns', logical], at: 'value', text }];
  });
}
