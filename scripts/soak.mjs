// `npm run test:soak`: the slow half of the tests, about four minutes on two cores: more random histories, more kills,
// more random statements and questions. Every number can be set, e.g. TIDEMARK_HISTORIES=10000 npm run test:soak.
import { spawnSync } from 'node:child_process';

const root = new URL('..', import.meta.url).pathname;
const more = {
  TIDEMARK_HISTORIES: '2500',
  TIDEMARK_SEED: String(Math.floor(Date.now() / 1000)),
  TIDEMARK_KILLS: '10',
  TIDEMARK_STATEMENTS: '5000',
  TIDEMARK_QUESTIONS: '300',
};
const env = { ...more, ...process.env };
const shown = Object.keys(more).map((key) => `${key}=${env[key]}`);
console.log(`Soak with ${shown.join(' ')}`);
const patterns = ['src/schema/law', 'src/schema/kill', 'src/core/adhoc/apply', 'src/core/metrics'];
const args = ['node_modules/.bin/jest', ...patterns, '--selectProjects', 'engine', '--maxWorkers=2'];
const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
process.exit(status ?? 1);
