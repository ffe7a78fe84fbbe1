import type { Command } from 'commander';

import { checkCommand } from '../alerts/check';
import { replayCommand } from '../alerts/replay';
import { runCommand } from '../alerts/run';
import { testCommand } from '../alerts/test';
import { defineCommand } from '../run';

/** `tidemark alerts`: what concerns alert rules; one file per subcommand in `src/cli/alerts`. */
export function alertsCommand(): Command {
  return defineCommand({
    name: 'alerts',
    summary: 'Test alert rules, ask them now and about the past, and hand what fires to an Alertmanager',
    examples: [
      'tidemark alerts check',
      'tidemark alerts run --alertmanager http://127.0.0.1:9093',
      'tidemark alerts replay --from 30d',
      'tidemark alerts test test/alerts/*.yaml',
    ],
  })
    .addCommand(checkCommand())
    .addCommand(runCommand())
    .addCommand(replayCommand())
    .addCommand(testCommand());
}
