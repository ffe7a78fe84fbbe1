import type { RoleName } from '../../core/model';
import { cappedColumns, dimensionRoles, reservedNames, roles } from '../../packs/roles';
import { mapping } from '../problem';
import type { Mapping, Path, Problem } from '../problem';

/** Form of a dimension's name: it becomes a column of the rollups. */
const form = /^[a-z][a-z0-9_]*$/;

/** Names and paths of a role's dimensions. */
export function dimensionProblems(name: RoleName, role: Mapping): Problem[] {
  if (!dimensionRoles.includes(name)) return [];
  return Object.entries(mapping(role.dimensions)).flatMap(([dimension, written]) => {
    const path = ['roles', name, 'dimensions', dimension];
    const from = typeof written === 'string' ? written : mapping(written).from;
    return [...nameProblems(name, path, dimension), ...fromProblems(path, written, from)];
  });
}

function nameProblems(name: RoleName, path: Path, dimension: string): Problem[] {
  const at = 'key';
  if (!form.test(dimension)) {
    const text = `"${dimension}" cannot name a dimension. Begin with a small letter, then small letters, digits and _: for example plan_name.`;
    return [{ path, at, text }];
  }
  if (roles[name].columns.some((column) => column.name === dimension)) {
    const text = `Role ${name} has a logical column ${dimension} already. Map that under columns, or give the dimension another name.`;
    return [{ path, at, text }];
  }
  if (reservedNames[name].includes(dimension)) {
    const text = `Rollups of ${name} have a column ${dimension} of their own. Give the dimension another name, such as ${dimension}_name.`;
    return [{ path, at, text }];
  }
  return [];
}

function fromProblems(path: Path, written: unknown, from: unknown): Problem[] {
  if (typeof from !== 'string' || from === '' || !from.split('.').includes('')) return [];
  const text = `"${from}" has an empty part. Write a column, or a path with one dot between its parts: props.geo.city.`;
  return [{ path: typeof written === 'string' ? path : [...path, 'from'], at: 'value', text }];
}

/** Columns under `top`: only those that rollups cap, each capped once. */
export function topProblems(name: RoleName, role: Mapping): Problem[] {
  if (!dimensionRoles.includes(name)) return [];
  const dimensions = mapping(role.dimensions);
  const accepted = [...cappedColumns[name], ...Object.keys(dimensions)];
  return Object.keys(mapping(role.top)).flatMap((column): Problem[] => {
    const path = ['roles', name, 'top', column];
    if (!accepted.includes(column)) {
      const text = `Rollups keep all values of "${column}" apart or do not have it. Accepted here: ${accepted.join(', ')}.`;
      return [{ path, at: 'key', text }];
    }
    if (mapping(dimensions[column]).top === undefined) return [];
    const text = `The dimension ${column} says its top itself. Keep one of them.`;
    return [{ path, at: 'key', text }];
  });
}
