import { Command } from 'commander';

import { addBenchmarks } from './lib/table';

/** `npm run bench -- <name> [options]`: runs one benchmark, prints its ratios, writes bench/results/<name>.json and .md. */
async function main(): Promise<void> {
  // Whatever was started or made for the run ends with it: those who made it listen to `exit`.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const program = new Command('npm run bench --').description(
    'Benchmarks on the real engine; bench/README.md tells what each measures.',
  );
  addBenchmarks(program);
  await program.parseAsync();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
