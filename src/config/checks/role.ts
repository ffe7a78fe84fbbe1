import type { RoleName } from '../../core/model';
import { arrivalColumns, constantColumns, roles } from '../../packs/roles';
import { mapping } from '../problem';
import type { Mapping, Problem } from '../problem';
import { dimensionProblems, topProblems } from './dimensions';

/** What is wrong with a role across its keys. `role` is its part of the file as it is, valid or not. */
export function roleProblems(name: RoleName, role: Mapping): Problem[] {
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
  return [
    ...problems,
    ...constantProblems(name, columns, mapping(role.constants), role.columns !== undefined),
    ...pairProblems(name, columns, role.columns !== undefined),
    ...modeProblems(path, role),
    ...dimensionProblems(name, role),
    ...topProblems(name, role),
  ];
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
    const text = `This key is missing. Map it to a column, or name one value for all rows: constants: {${logical}: ${logical === 'currency' ? 'USD' : 'shop'}}.`;
    return [{ path: ['roles', name, 'columns', logical], at: 'value', text }];
  });
}

/** Columns that are nothing without each other. */
function pairProblems(name: RoleName, columns: Mapping, mapped: boolean): Problem[] {
  if (!mapped) return [];
  if (name === 'requests' && columns.error === undefined && columns.status === undefined) {
    const text =
      'This key is missing. A failed request is told by its status (500 and above) or by error (a Bool): map at least one of them.';
    return [{ path: ['roles', name, 'columns', 'status'], at: 'value', text }];
  }
  if (name === 'orders' && columns.refundTime !== undefined && columns.refundAmount === undefined) {
    const text =
      'This key is missing. refundTime tells when refundAmount was given back: map it, or remove refundTime.';
    return [{ path: ['roles', name, 'columns', 'refundAmount'], at: 'value', text }];
  }
  return [];
}

function modeProblems(path: readonly string[], role: Mapping): Problem[] {
  if (role.mode !== 'insert') return [];
  const at = 'value';
  if (typeof role.class === 'string' && role.class !== 'append') {
    const text = `Mode insert counts a row when it is inserted and never again, but in class ${role.class} rows change or vanish later. Write mode: recompute.`;
    return [{ path: [...path, 'mode'], at, text }];
  }
  if (role.redelivers === false) return [];
  const text =
    'Mode insert counts a row each time it is inserted, so a redelivered row would be counted twice. Write redelivers: false if that never happens, or mode: recompute.';
  return [{ path: [...path, 'mode'], at, text }];
}
