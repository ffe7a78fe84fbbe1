import type { Command } from 'commander';

import { inspect, lookAtRules, refreshOnce, refreshSteps, requireMigrated, settle } from '../../schema';
import { configOption, defineCommand, jsonOption, withConfig } from '../run';
import type { ConfigOptions } from '../run';

/** `tidemark refresh`: brings every rollup up to this moment, and waits for it; then every alert rule is looked at. */
export function refreshCommand(): Command {
  return defineCommand({
    name: 'refresh',
    summary: 'Bring every rollup up to this moment now, instead of at its next turn, and look at the alert rules',
    examples: ['tidemark refresh', 'tidemark refresh --json'],
  })
    .addOption(configOption())
    .addOption(jsonOption())
    .action(refresh);
}

async function refresh(flags: ConfigOptions): Promise<void> {
  await withConfig(flags, async ({ config, db, out }) => {
    const startedMs = Date.now();
    const installation = await inspect(config, db);
    await requireMigrated(installation, db);
    const steps = refreshSteps(installation);
    const bar = out.progress('refresh', steps.length, 'steps');
    let done = 0;
    try {
      await settle(installation, db);
      await refreshOnce(installation, db, { onStep: () => bar.update(done++) });
      bar.update(steps.length);
    } finally {
      bar.stop();
    }
    const looked = await lookAtRules(installation, db);
    const seconds = (Date.now() - startedMs) / 1000;
    for (const { rule, error } of looked) if (error !== undefined) out.note(`Rule ${rule} cannot be asked: ${error}`);
    out.data({ steps: steps.map((s) => s.name), rules: looked, seconds });
    out.say(`Refreshed ${steps.length} tables and looked at ${looked.length} alert rules in ${seconds.toFixed(1)} s.`);
  });
}
