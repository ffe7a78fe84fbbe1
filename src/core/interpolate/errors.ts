import { errorTable } from '../errors';

/** What can be wrong with a variable that has to be filled in. */
export const failInterpolate = errorTable({
  all_unknown: (f: { variable: string }) =>
    `The variable "${f.variable}" stands for All, but neither "allValue" nor "options" says what that is. Give one of them.`,
  parameter_unknown: (f: { parameters: readonly string[] }) =>
    `The query asks for ${f.parameters.join(', ')}, but the dashboard has no variable of ${f.parameters.length > 1 ? 'these names' : 'this name'}. Create it, or correct the name.`,
  parameter_list: (f: { parameter: string; name: string; type: string; count: number }) =>
    `The parameter ${f.parameter} takes one value, but the variable "${f.name}" has ${f.count}. Write {${f.name}:Array(${f.type})} and use it with IN or has().`,
  parameter_value: (f: { parameter: string; name: string; value: string; rule: string }) =>
    `The value ${JSON.stringify(f.value)} of the variable "${f.name}" is not ${f.rule}, as the parameter ${f.parameter} needs. Choose another value, or write {${f.name}:Array(String)}.`,
  parameter_mixed: (f: { name: string }) =>
    `The query asks for the variable "${f.name}" both as a list and as one value, but a parameter has one text. Give all its uses the same type.`,
  parameter_nested: (f: { parameter: string; name: string }) =>
    `The parameter ${f.parameter} is a list of lists, maps or tuples, which the values of the variable "${f.name}" cannot be. Use a list of plain values such as {${f.name}:Array(String)}.`,
});
