import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import { runAlerts } from '../alerts';
import { runBackfill } from '../backfill';
import { runCollect } from '../collect';
import { runDecode } from '../decode';
import { runIngest } from '../ingest';
import { runPanels } from '../panels';
import { runRules } from '../rules';
import { runPath } from '../path';
import { runRefresh } from '../refresh';
import { ordinaryEvery } from './config';

/** A number of rows: `1000000`, `1_000_000`, `1e6`, `10M`. Throws InvalidArgumentError. */
export function count(text: string): number {
  const match = /^([\d_.]+(?:e\d+)?)([kM]?)$/.exec(text);
  const value = Number(match?.[1]?.replaceAll('_', '')) * { '': 1, k: 1e3, M: 1e6 }[match?.[2] as '' | 'k' | 'M'];
  if (!match || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('Use a number, such as 1M.');
  return Math.round(value);
}

const rows = (preset: number) =>
  new Option('--rows <n>', 'events to generate; requests are half as many, orders a fiftieth')
    .argParser(count)
    .default(preset);
const days = (preset: number) =>
  new Option('--days <n>', 'days that they are spread over').argParser(count).default(preset);
const data = new Option(
  '--data <dir>',
  'begin of the folders that keep the data for the next run (temporary otherwise)',
);
const results = new Option('--results <dir>', 'where the report goes (default: bench/results)');

/** Adds every benchmark to the program: `npm run bench -- <name> --help` tells its options. */
export function addBenchmarks(program: Command): void {
  program
    .command('decode')
    .description('decoding Native, Arrow and JSON')
    .action(() => runDecode());
  program
    .command('path')
    .description('from HTTP to data frames in Chromium: Native, Arrow and JSON, time and memory')
    .option('--rounds <n>', 'times that each is run, in turn', count, 7)
    .addOption(results)
    .action(runPath);
  program
    .command('panels')
    .description('panels over rollups against the same questions of raw rows')
    .addOption(rows(100_000_000))
    .addOption(days(100))
    .option('--small <n>', 'events of the smaller data set that growth is told from, 0 for none', count, 10_000_000)
    .option('--runs <n>', 'runs of each panel', count, 20)
    .option('--still', 'stop the views once all tables are filled, and measure without them')
    .option('--raw-from <file>', 'take the raw times over from this panels.json instead of asking again')
    .addOption(data)
    .addOption(results)
    .action(runPanels);
  program
    .command('rules')
    .description('time and CPU of every alert view')
    .addOption(rows(100_000_000))
    .addOption(days(100))
    .option('--runs <n>', 'runs of each view', count, 20)
    .addOption(data)
    .addOption(results)
    .action(runRules);
  program
    .command('collect')
    .description('CPU and memory of tidemark collect over 50 tables, 10 slots and 200 partitions')
    .option('--minutes <n>', 'how long it is watched', count, 4)
    .addOption(results)
    .action(runCollect);
  program
    .command('ingest')
    .description('CPU of the refreshes, latency and memory under a steady load')
    .addOption(rows(10_000_000))
    .addOption(days(100))
    .option('--rate <n>', 'events a second', count, 5_000)
    .option('--minutes <n>', 'length of the stretch with views; those without last at most three', Number, 10)
    .option('--every <s>', 'refresh.everySeconds', count, ordinaryEvery)
    .addOption(data)
    .addOption(results)
    .action(runIngest);
  program
    .command('refresh')
    .description(
      'cost of a refresh over little and much history; with --idle of views without work; with --late of late rows',
    )
    .addOption(rows(100_000_000))
    .addOption(days(400))
    .option('--idle', 'views that find nothing to do')
    .option('--views <n>', 'with --idle: views at 5 s, made by installing side by side', count, 40)
    .option('--seconds <n>', 'with --idle: length of the stretch', count, 60)
    .option('--late [n]', 'this many late events over all days (default: 10,000)', (text) => count(text))
    .option('--arriving <n>', 'rows that arrive at once in each round', count, 50_000)
    .option('--rounds <n>', 'times that they arrive', count, 5)
    .addOption(data)
    .addOption(results)
    .action(runRefresh);
  program
    .command('backfill')
    .description('filling the product pack, with and without a placements ledger')
    .addOption(rows(50_000_000))
    .addOption(days(100))
    .addOption(data)
    .addOption(results)
    .action(runBackfill);
  program
    .command('alerts')
    .description(
      'a year of simulated traffic: messages without incident, twenty incidents, the rules’ naive forms beside',
    )
    .addOption(days(365))
    .option('--checks <n>', 'clocks of each rule that are asked alone as well', count, 12)
    .addOption(results)
    .action(runAlerts);
}
