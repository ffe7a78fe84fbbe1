// `npm run test:soak`: the slow half of the tests, about half an hour on two cores: more random histories, more kills, running
// views under load for some minutes, more random statements and questions. Every number can be set, e.g.
// TIDEMARK_SOAK_MINUTES=30 npm run test:soak; patterns as arguments choose, e.g. npm run test:soak -- src/schema/law/soak
import { spawnSync } from 'node:child_process';

const root = new URL('..', import.meta.url).pathname;
const more = {
  // Per combination of role, class, engine and zone: sixteen of them make 11,200.
  TIDEMARK_HISTORIES: '700',
  TIDEMARK_SEED: String(Math.floor(Date.now() / 1000)),
  TIDEMARK_KILLS: '10',
  TIDEMARK_SOAK_MINUTES: '5',
  TIDEMARK_STATEMENTS: '5000',
  TIDEMARK_QUESTIONS: '300',
  TIDEMARK_GRAMMAR: '30000',
  TIDEMARK_RANGES: '100',
  TIDEMARK_TYPES: '3000',
  TIDEMARK_FUZZ_BYTES: '200000000',
  TIDEMARK_PG_VERSIONS: '13,14,15,16,17,18',
  TIDEMARK_DRILL: 'all',
  TIDEMARK_MATERIALIZED: '1',
};
const env = { ...more, ...process.env };
const shown = Object.keys(more).map((key) => `${key}=${env[key]}`);
console.log(`Soak with ${shown.join(' ')}`);
const chosen = process.argv.slice(2);
const all = [
  'src/schema/law',
  'src/schema/kill',
  'src/core/adhoc/apply',
  'src/core/macros',
  'src/core/metrics',
  'src/native/random',
  'src/native/fuzz',
  'src/collector/postgres',
  'test/pipeline',
];
const patterns = chosen.length > 0 ? chosen : all;
const args = [
  'node_modules/.bin/jest',
  ...patterns,
  '--selectProjects',
  'engine',
  'postgres',
  'kafka',
  '--maxWorkers=2',
];
const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
process.exit(status ?? 1);
