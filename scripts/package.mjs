// npm run package: dist/ → build/<plugin id>-<version>.zip, the archive that Grafana installs.
// Deterministic: same files in, same bytes out (sorted names, fixed times and modes). Usage: package.mjs [distDir [outDir]]
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { ZipFile } from 'yazl';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = resolve(process.argv[2] ?? join(root, 'dist'));
const out = resolve(process.argv[3] ?? join(root, 'build'));

const required = ['plugin.json', 'module.js', 'README.md', 'CHANGELOG.md', 'LICENSE', 'img'];
// MANIFEST.txt is there when the folder was signed; it has to travel unchanged.
const allowed = /^(plugin\.json|[\w-]+\.js|README\.md|CHANGELOG\.md|LICENSE|MANIFEST\.txt|img\/.+)$/;
// Zip counts from 1980 and has no time zone; any fixed moment will do.
const moment = new Date(2020, 0, 1, 0, 0, 0);

function stop(message) {
  process.stderr.write(`package: ${message}\n`);
  process.exit(1);
}

function files(folder, prefix = '') {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = `${prefix}${entry.name}`;
    return entry.isDirectory() ? files(join(folder, entry.name), `${name}/`) : [name];
  });
}

if (!existsSync(join(dist, 'module.js'))) stop(`${dist} holds no built plugin. Run "npx webpack" first.`);
const missing = required.filter((name) => !existsSync(join(dist, name)));
if (missing.length > 0)
  stop(
    `${dist} lacks ${missing.join(', ')}. They are copied by "npx webpack" from the root of the repository: add them there and build again.`,
  );

const { id, info } = JSON.parse(readFileSync(join(dist, 'plugin.json'), 'utf8'));
if (/%\w+%/.test(JSON.stringify(info)))
  stop('plugin.json has unfilled places (%VERSION%). Run "npx webpack" and pack its dist/.');

// Source maps stay out: they double the archive, and the source is public.
const names = files(dist)
  .filter((name) => !name.endsWith('.map'))
  .sort();
const strange = names.filter((name) => !allowed.test(name));
if (strange.length > 0)
  stop(
    `${dist} holds files that do not belong into the archive: ${strange.join(', ')}. Build again into an empty folder.`,
  );

mkdirSync(out, { recursive: true });
const target = join(out, `${id}-${info.version}.zip`);
const zip = new ZipFile();
for (const name of names)
  zip.addBuffer(readFileSync(join(dist, name)), `${id}/${name}`, {
    mtime: moment,
    forceDosTimestamp: true,
    mode: 0o100644,
    compressionLevel: 9,
  });
zip.end();
await pipeline(zip.outputStream, createWriteStream(target));

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
process.stdout.write(
  `${target}  ${kib(statSync(target).size)}, ${names.length} files; module.js ${kib(gzipSync(readFileSync(join(dist, 'module.js'))).length)} gzip\n`,
);
