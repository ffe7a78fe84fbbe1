/** `npm start`: builds what changed, starts the embedded ClickHouse, fills it, and serves the preview until Ctrl-C. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors';
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

async function startClickHouse(dataDir: string): Promise<string> {
  mkdirSync(dataDir, { recursive: true });
  const port = (await isPortFree(enginePort)) ? enginePort : 0;
  const engine = startNode(root, ['bin/tidemark.js', 'serve', '--data', dataDir, '--port', String(port)], process.env);
  running.push(engine);
  const address = () => /http:\/\/127\.0\.0\.1:\d+/.exec(engine.tail())?.[0];
  const url = await answersPing(address, engine, engineSeconds);
  void engine.ended.then((how) => {
    if (isStopping) return;
    console.error(`The embedded ClickHouse ended (${how}).\n${engine.tail()}`);
    void stop().then(() => process.exit(1));
  });
  return url;
}

async function fill({ demo }: StartOptions, url: string): Promise<void> {
  const env = { ...process.env, TIDEMARK_URL: url };
  const config = ['--config', demo.configFile];
  say(`Filling it with the demo "${demo.name}" …`);
  await step('seed', ['bin/tidemark.js', 'seed', '--demo', demo.name, ...config], env);
  say('Creating tables and rollups …');
  await step('migrate', ['bin/tidemark.js', 'migrate', ...config], env);
  say('Refreshing the rollups …');
  await step('refresh', ['bin/tidemark.js', 'refresh', ...config], env);
}

/** Writes the dashboards that the demo's tables feed, and returns their folder. */
async function buildDashboards({ demo, dataDir }: StartOptions): Promise<string> {
  const out = `${dataDir}-dashboards`;
  await step('build', ['bin/tidemark.js', 'build', '--config', demo.configFile, '--out', out]);
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
  const options = parseStartOptions(process.argv.slice(2), root);
  if (options.help) {
    console.log(startUsage);
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  if (!(await isPortFree(options.port))) throw fail('port_taken', { port: options.port });
  if (options.build) for (const build of builds) await make(build);
  say(`Starting the embedded ClickHouse on ${options.dataDir} …`);
  const url = await startClickHouse(options.dataDir);
  await fill(options, url);
  server = await startPreviewServer({
    pageDir: join(root, 'build', 'preview'),
    pluginDir: join(root, 'dist'),
    dashboardsDir: await buildDashboards(options),
    dataLabel: options.demo.label,
    range: options.demo.range,
    port: options.port,
    dataSources: [
      { uid: 'tidemark-clickhouse', name: 'Tidemark', type: 'tidemark-clickhouse-datasource', url, isDefault: true },
    ],
  });
  say(`ClickHouse answers at ${url}`);
  say(`The preview is at ${server.url}  (Ctrl-C stops it and keeps the data)`);
}

main().catch(async (thrown: unknown) => {
  if (isStopping) return;
  console.error(messageOf(thrown));
  await stop();
  process.exit(1);
});
