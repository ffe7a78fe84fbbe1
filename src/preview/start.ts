/** `npm start`: builds what changed, starts the embedded ClickHouse, fills it, and serves the preview until Ctrl-C. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { messageOf } from '../core/errors';
import { findPostgres } from '../services/postgres';
import type { Build } from './builds';
import { builds, fingerprint, isUpToDate, markBuilt } from './builds';
import type { Running } from './children';
import { answersPing, finished, isPortFree, startNode } from './children';
import { fail } from './errors';
import type { PreviewServer } from './server';
import { startPreviewServer } from './server';
import type { StartOptions } from './startOptions';
import { parseStartOptions, startUsage } from './startOptions';

const root = join(__dirname, '..', '..');
const startedMs = Date.now();
const enginePort = 18123;
const engineSeconds = 60;
/** Longest wait for PostgreSQL and its first copy. */
const pipelineSeconds = 180;

/** What has to be ended, last started first. */
const running: Running[] = [];
let server: PreviewServer | undefined;
let isStopping = false;

function say(text: string): void {
  console.log(`[${((Date.now() - startedMs) / 1000).toFixed(1).padStart(5)} s] ${text}`);
}

async function stop(): Promise<void> {
  isStopping = true;
  await server?.close();
  for (const child of running.reverse()) await child.stop();
}

async function step(name: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const child = startNode(root, args, env);
  running.push(child);
  await finished(name, args, child);
  running.splice(running.indexOf(child), 1);
}

async function make(build: Build): Promise<void> {
  if (isUpToDate(root, build)) return;
  say(`Building the ${build.name} …`);
  const made = fingerprint(root, build);
  await step(`build the ${build.name}`, build.command);
  markBuilt(root, build, made);
}

/** A data source for the demo, and what its tidemark.yaml asks of the environment. */
interface Source {
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Ends everything when a program ends that nothing works without. */
function watch(child: Running, name: string): void {
  running.push(child);
  void child.ended.then((how) => {
    if (isStopping) return;
    console.error(`${name} ended (${how}).\n${child.tail()}`);
    void stop().then(() => process.exit(1));
  });
}

async function startClickHouse(dataDir: string): Promise<Source> {
  mkdirSync(dataDir, { recursive: true });
  const port = (await isPortFree(enginePort)) ? enginePort : 0;
  const engine = startNode(root, ['bin/tidemark.js', 'serve', '--data', dataDir, '--port', String(port)], process.env);
  watch(engine, 'The embedded ClickHouse');
  const address = () => /http:\/\/127\.0\.0\.1:\d+/.exec(engine.tail())?.[0];
  const url = await answersPing(address, engine, engineSeconds);
  return { url, env: { ...process.env, TIDEMARK_URL: url } };
}

/** PostgreSQL, its copy in ClickHouse, and a shop at work in it. */
async function startPipeline(args: readonly string[], dataDir: string): Promise<Source> {
  const file = join(dataDir, 'env');
  rmSync(file, { force: true });
  const child = startNode(root, ['bin/tidemark.js', 'demo', 'pipeline', ...args, '--dir', dataDir], process.env);
  watch(child, 'The pipeline from PostgreSQL');
  // The file is written once everything is ready.
  const written = () => (existsSync(file) ? (parseEnv(readFileSync(file, 'utf8')) as NodeJS.ProcessEnv) : {});
  const url = await answersPing(() => written()['TIDEMARK_URL'], child, pipelineSeconds);
  return { url, env: { ...process.env, ...written() } };
}

/** What of a demo is shown: without its pipeline where that is a part only, and the machine has no PostgreSQL for it. */
function shownOf(options: StartOptions): StartOptions {
  const { demo, dataDir } = options;
  if (demo.pipeline?.beside === undefined) return options;
  try {
    findPostgres();
  } catch (thrown) {
    say(`Without the part that is replicated from PostgreSQL: ${messageOf(thrown)}`);
    const { pipeline: _, ...rest } = demo;
    return { ...options, demo: rest };
  }
  mkdirSync(dataDir, { recursive: true });
  const configFile = join(dataDir, 'tidemark.yaml');
  const parts = [demo.configFile, demo.pipeline.beside].map((file) => readFileSync(join(root, file), 'utf8'));
  writeFileSync(configFile, parts.join('\n'));
  return { ...options, demo: { ...demo, configFile } };
}

/** The last arguments of a command on the demo's ClickHouse. */
const configOf = ({ demo }: StartOptions) => ['--config', demo.configFile];

async function fill(options: StartOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const { demo } = options;
  const config = configOf(options);
  if (!demo.pipeline || demo.pipeline.beside !== undefined) {
    say(`Filling it with the demo "${demo.name}" …`);
    // The incident is in before the rollups are refreshed, so that its alert fires at the first look.
    const incident = demo.follow?.includes('--incident') ? ['--incident'] : [];
    await step('seed', ['bin/tidemark.js', 'seed', '--demo', demo.name, ...incident, ...config], env);
  }
  say('Creating tables and rollups …');
  await step('migrate', ['bin/tidemark.js', 'migrate', ...config], env);
  say('Refreshing the rollups, asking the alert rules …');
  await step('refresh', ['bin/tidemark.js', 'refresh', ...config], env);
  if (!demo.recent) return;
  say('Asking the rules about the last minutes …');
  await step('replay', ['bin/tidemark.js', 'alerts', 'replay', ...demo.recent, ...config], env);
}

/**
 * What goes on while the page is open already: rows as they happen, and the history of the alerts, which takes a while. Neither is
 * needed: one that fails is told and does not end the preview.
 */
async function accompany(options: StartOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const { demo } = options;
  const config = configOf(options);
  const beside = (args: readonly string[]) => {
    const child = startNode(root, ['bin/tidemark.js', ...args, ...config], env);
    running.push(child);
    return child;
  };
  if (demo.follow) {
    const follower = beside(['seed', '--demo', demo.name, ...demo.follow]);
    say('Rows come as they happen; checkout’s payments are failing, so that an alert fires.');
    void follower.ended.then(() => isStopping || say(`No more rows come: ${follower.tail()}`));
  }
  if (demo.pipeline) {
    const collector = beside(['collect', '--listen', '127.0.0.1:0']);
    say(
      'A collector looks at PostgreSQL and its copy. From another terminal: npx tidemark demo break replication (and: heal)',
    );
    void collector.ended.then(() => isStopping || say(`Nobody looks at them any more: ${collector.tail()}`));
  }
  if (!demo.replay) return;
  say(
    'Asking the alert rules about the last three weeks, for their history (beside everything else, a minute or so) …',
  );
  const args = ['alerts', 'replay', ...demo.replay];
  const child = beside(args);
  const code = await child.ended;
  running.splice(running.indexOf(child), 1);
  if (isStopping) return;
  say(code === '0' ? (child.tail().split('\n').at(-1) ?? '') : `The history stays empty: ${child.tail()}`);
}

/** Writes the dashboards that the demo's tables feed, and returns their folder. */
async function buildDashboards({ demo, dataDir }: StartOptions, env: NodeJS.ProcessEnv): Promise<string> {
  const out = `${dataDir}-dashboards`;
  await step('build', ['bin/tidemark.js', 'build', '--config', demo.configFile, '--out', out], env);
  return join(out, 'dashboards');
}

/** A terminal and a runner in between may both send the signal: only the first counts. */
function onSignal(): void {
  if (isStopping) return;
  say('Stopping …');
  void stop().then(() => {
    say('Stopped. The data is kept.');
    process.exit(0);
  });
}

async function main(): Promise<void> {
  const asked = parseStartOptions(process.argv.slice(2), root);
  if (asked.help) {
    console.log(startUsage);
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  if (!(await isPortFree(asked.port))) throw fail('port_taken', { port: asked.port });
  const options = shownOf(asked);
  if (options.build) for (const build of builds) await make(build);
  const { pipeline } = options.demo;
  say(`Starting ${pipeline ? 'PostgreSQL and ' : ''}the embedded ClickHouse on ${options.dataDir} …`);
  const { url, env } = await (pipeline
    ? startPipeline(pipeline.args, options.dataDir)
    : startClickHouse(options.dataDir));
  await fill(options, env);
  server = await startPreviewServer({
    pageDir: join(root, 'build', 'preview'),
    pluginDir: join(root, 'dist'),
    dashboardsDir: await buildDashboards(options, env),
    dataLabel: options.demo.label,
    range: options.demo.range,
    port: options.port,
    dataSources: [
      { uid: 'tidemark-clickhouse', name: 'Tidemark', type: 'tidemark-clickhouse-datasource', url, isDefault: true },
    ],
  });
  say(`ClickHouse answers at ${url}`);
  say(`The preview is at ${server.url}  (Ctrl-C stops it and keeps the data)`);
  await accompany(options, env);
}

main().catch(async (thrown: unknown) => {
  if (isStopping) return;
  console.error(messageOf(thrown));
  await stop();
  process.exit(1);
});
