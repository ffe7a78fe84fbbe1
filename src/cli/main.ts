import { Command } from 'commander';

import { alertsCommand } from './commands/alerts';
import { backfillCommand } from './commands/backfill';
import { buildCommand } from './commands/build';
import { collectCommand } from './commands/collect';
import { configCommand } from './commands/config';
import { dbtCommand } from './commands/dbt';
import { demoCommand } from './commands/demo';
import { doctorCommand } from './commands/doctor';
import { dropCommand } from './commands/drop';
import { explainCommand } from './commands/explain';
import { funnelCommand } from './commands/funnel';
import { initCommand } from './commands/init';
import { migrateCommand } from './commands/migrate';
import { refreshCommand } from './commands/refresh';
import { retentionCommand } from './commands/retention';
import { seedCommand } from './commands/seed';
import { serveCommand } from './commands/serve';
import { statusCommand } from './commands/status';
import { sqlCommand } from './commands/sql';
import { verifyCommand } from './commands/verify';
import { run } from './run';
import { packageVersion } from './version';

/** Commands by file: one `src/cli/commands/<verb>.ts` each, listed here and nowhere else. */
const commands: readonly (() => Command)[] = [
  alertsCommand,
  backfillCommand,
  buildCommand,
  collectCommand,
  configCommand,
  dbtCommand,
  demoCommand,
  doctorCommand,
  dropCommand,
  explainCommand,
  funnelCommand,
  initCommand,
  migrateCommand,
  refreshCommand,
  retentionCommand,
  seedCommand,
  serveCommand,
  sqlCommand,
  statusCommand,
  verifyCommand,
];

const program = new Command('tidemark')
  .description('Product and pipeline truth in Grafana, straight from ClickHouse.')
  .version(packageVersion())
  .showHelpAfterError('(tidemark --help lists the commands)');
for (const command of commands) program.addCommand(command());
void run(program, process.argv).then((code) => {
  process.exitCode = code;
});
