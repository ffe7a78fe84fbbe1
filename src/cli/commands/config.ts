import type { Command } from 'commander';
import { Option } from 'commander';

import { loadConfig } from '../../config/load';
import { configJsonSchema } from '../../config/schema';
import { dataSourceJsonSchema } from '../../dashboards/dataSourceSchema';
import { inspect } from '../../schema/inspect';
import type { Output } from '../output';
import { configOption, configPath, defineCommand, jsonOption, outputFor, withConfig } from '../run';
import type { ConfigOptions } from '../run';

const schemas = { tidemark: configJsonSchema, datasource: dataSourceJsonSchema };

interface CheckFlags extends ConfigOptions {
  readonly offline?: boolean;
}

/** `tidemark config`: checks tidemark.yaml, prints its JSON Schema. */
export function configCommand(): Command {
  const group = defineCommand({
    name: 'config',
    summary: 'Check tidemark.yaml, or print its JSON Schema for editors',
    examples: ['tidemark config check', 'tidemark config schema > tidemark.schema.json'],
  });
  group.addCommand(
    defineCommand({
      name: 'check',
      summary: 'Check the file, the login, and that the mapped tables and columns exist and fit; changes nothing',
      examples: [
        'tidemark config check --config demo/product/tidemark.yaml',
        'tidemark config check --offline   # the file only, without ClickHouse',
      ],
    })
      .addOption(configOption())
      .option('--offline', 'check the file only')
      .addOption(jsonOption())
      .action(check),
  );
  group.addCommand(
    defineCommand({
      name: 'schema',
      summary: 'Print the JSON Schema of tidemark.yaml, or of the data source’s provisioning file',
      examples: ['tidemark config schema > tidemark.schema.json', 'tidemark config schema --of datasource'],
    })
      .addOption(new Option('--of <file>', 'which file').choices(['tidemark', 'datasource']).default('tidemark'))
      .action(({ of }: { of: keyof typeof schemas }) => {
        process.stdout.write(`${JSON.stringify(schemas[of](), null, 2)}\n`);
      }),
  );
  return group;
}

async function check(flags: CheckFlags): Promise<void> {
  if (flags.offline) {
    const { file, roles } = loadConfig(configPath(flags), process.env);
    return told(outputFor(flags), { file, server: null, roles: Object.keys(roles) });
  }
  await withConfig(flags, async ({ config, db, out }) => {
    const { sources } = await inspect(config, db);
    out.table(
      ['role', 'table', 'class', 'columns'],
      Object.values(sources).map(({ role, table, sourceClass, columns }) => [
        role,
        table,
        sourceClass,
        Object.keys(columns).join(', '),
      ]),
    );
    told(out, { file: config.file, server: db.serverVersion, roles: Object.keys(sources) });
  });
}

/** What was checked; `server` is null where ClickHouse was not asked. */
interface Checked {
  readonly file: string;
  readonly server: string | null;
  readonly roles: readonly string[];
}

function told(out: Output, checked: Checked): void {
  const { file, server, roles } = checked;
  out.data({ ok: true, ...checked });
  const mapped = roles.length > 0 ? `roles ${roles.join(', ')}` : 'no roles';
  out.say(
    server === null
      ? `${file} is valid: ${mapped}. ClickHouse was not asked.`
      : `${file} fits ClickHouse ${server}: ${mapped}.`,
  );
}
