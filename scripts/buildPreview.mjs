// Bundles the preview's page into build/preview with esbuild. `--analyze` prints what the first load weighs.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'build', 'preview');

// @grafana/plugin-compat imports names that @grafana/runtime 13.2.2 does not export: see src/preview/services/datasourcesCompat.ts.
const alias = {
  '@grafana/plugin-compat/datasources': join(root, 'src/preview/services/datasourcesCompat.ts'),
};

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target: 'es2022',
  platform: 'browser',
  mainFields: ['browser', 'module', 'main'],
  logLevel: 'warning',
  metafile: true,
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

await build({
  ...common,
  entryPoints: ['src/preview/page/boot.ts'],
  format: 'iife',
  outdir: out,
  // systemjs's package.json has a "type" that esbuild does not know.
  logOverride: { 'package.json': 'silent' },
});
const page = await build({
  ...common,
  entryPoints: { main: 'src/preview/page/main.tsx' },
  format: 'esm',
  splitting: true,
  outdir: out,
  chunkNames: 'chunks/[name]-[hash]',
  assetNames: 'assets/[name]-[hash]',
  jsx: 'automatic',
  alias,
  loader: { '.ttf': 'file', '.woff': 'file', '.woff2': 'file', '.svg': 'dataurl' },
  define: {
    'process.env.NODE_ENV': '"production"',
    global: 'globalThis',
    // SystemJS installs a global `define`; UMD packages inside this bundle must not register with it.
    define: 'undefined',
  },
});

for (const name of ['index.html', 'favicon.svg']) cpSync(join(root, 'src/preview/page', name), join(out, name));
cpSync(join(root, 'node_modules/@grafana/ui/dist/public/img/icons'), join(out, 'icons'), { recursive: true });

// @grafana/ui's styles ask for these names below public/fonts and do not ship them.
const fonts = {
  'inter/Inter-Regular.woff2': 'inter/files/inter-latin-400-normal.woff2',
  'inter/Inter-Medium.woff2': 'inter/files/inter-latin-500-normal.woff2',
  'inter/Inter-Italic.woff2': 'inter/files/inter-latin-400-italic.woff2',
  'inter/Inter-MediumItalic.woff2': 'inter/files/inter-latin-500-italic.woff2',
  'roboto/L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ.woff2':
    'roboto-mono/files/roboto-mono-latin-400-normal.woff2',
};
for (const [to, from] of Object.entries(fonts))
  cpSync(join(root, 'node_modules/@fontsource', from), join(out, 'fonts', to));

writeFileSync(join(out, 'meta.json'), JSON.stringify(page.metafile));
