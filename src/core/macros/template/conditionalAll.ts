import type { TemplateMacro } from '../macro';

export const conditionalAll: TemplateMacro = {
  kind: 'template',
  name: '$__conditionalAll',
  arguments: [
    { name: 'condition', description: 'condition that uses the variable' },
    { name: 'variable', description: 'the variable: `$name`, `${name}`, `${name:format}` or `[[name]]`' },
  ],
  description:
    'The condition, or `1=1` when the variable stands for All or is empty. The condition is copied as it is, whatever quotes, commas in brackets or `$` it holds.',
  example: '$__conditionalAll(country IN ($country), $country)',
  expand: ([condition = '', variable = ''], isAll, refuse) => {
    const name = /^(?:\$(\w+)|\$\{(\w+)[^}]*\}|\[\[(\w+)[^\]]*\]\])$/.exec(variable.trim());
    const known = name && (name[1] ?? name[2] ?? name[3]);
    if (!known) throw refuse(`"${variable}" is no variable. Write its name as $name or \${name}.`);
    const all = isAll(known);
    if (all === undefined) throw refuse(`the variable "${known}" does not exist. Check its name.`);
    return all ? '1=1' : condition;
  },
};
