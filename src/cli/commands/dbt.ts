import type { Command } from 'commander';

import { pushCommand } from '../dbt/push';
import { defineCommand } from '../run';

/** `tidemark dbt`: what concerns dbt; one file per subcommand in `src/cli/dbt`. */
export function dbtCommand(): Command {
  return defineCommand({
    name: 'dbt',
    summary: 'Hand the results of dbt over where no tidemark collect sees its target folder',
    examples: ['dbt build; tidemark dbt push target', 'tidemark dbt push --help'],
  }).addCommand(pushCommand());
}
