import { errorTable } from '../core/errors';

const many = (n: number) => (n === 1 ? '1 problem' : `${n} problems`);

/** Sentences of the room `config`. */
export const fail = errorTable({
  config_invalid: (f: { file: string; problems: readonly string[] }) =>
    `${f.file} has ${many(f.problems.length)}. Correct it and run the command again (docs/config.md lists every key).\n` +
    f.problems.map((line) => `  ${line}`).join('\n'),
  config_missing: (f: { file: string }) =>
    `There is no ${f.file}. tidemark init looks at your tables and writes one. Or copy tidemark.example.yaml to tidemark.yaml and edit it, or name another file with --config FILE ` +
    '(demo/product/tidemark.yaml shows the demo).',
  config_unreadable: (f: { file: string; reason: string }) =>
    `${f.file} cannot be read (${f.reason}). Check its path and permissions.`,
});
