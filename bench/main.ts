import { benchmarks } from './lib/table';

/** `npm run bench -- <name>`: runs one benchmark, prints its ratios and writes bench/results/<name>.json and .md. */
async function main(name: string | undefined): Promise<void> {
  const run = name === undefined ? undefined : benchmarks[name];
  if (!run) {
    const known = Object.keys(benchmarks).join(', ');
    console.error(`${name === undefined ? 'No benchmark named' : `There is no benchmark "${name}"`}. Known: ${known}.`);
    process.exitCode = 2;
    return;
  }
  await run();
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
