// Bundles the CLI into build/cli for a package without sources: main.js, and the engine's worker beside it. Dependencies stay
// outside. A checkout runs its sources instead (bin/tidemark.js).
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;
const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/cli/main.ts', engineWorker: 'src/embedded/engineWorker.ts' },
  outdir: 'build/cli',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: [...Object.keys(dependencies), 'tsx'],
});
