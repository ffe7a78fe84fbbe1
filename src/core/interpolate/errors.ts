import { errorTable } from '../errors';

/** What can be wrong with a variable that has to be filled in. */
export const failInterpolate = errorTable({
  all_unknown: (f: { variable: string }) =>
    `The variable "${f.variable}" stands for All, but neither "allValue" nor "options" says what that is. Give one of them.`,
});
