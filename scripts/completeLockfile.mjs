// Adds to package-lock.json the platform packages that `npm install` left out because the registry lacks them here
// (e.g. @chdb/lib-darwin-arm64): without them `npm ci` refuses the lockfile. Run after every change of dependencies.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { '': root, ...packages } = lock.packages;

/** Whether `name`, required by the package at `base`, is in the lockfile. */
function found(base, name) {
  for (let at = base; ; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') {
    if (packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true;
    if (!at) return false;
  }
}

const platform =
  /(darwin|linuxmusl|linux|win32|freebsd|openbsd|netbsd|android|sunos|aix|openharmony)[-_]?(arm64|x64|ia32|arm|riscv64|ppc64|s390x|loong64|mips64el|wasm32)?/;
const added = [];
for (const [base, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (!/^\d/.test(version) || found(base, name)) continue;
    const [, os, cpu] = platform.exec(name) ?? [];
    packages[`node_modules/${name}`] = {
      version,
      ...(cpu && { cpu: [cpu] }),
      optional: true,
      ...(os && { os: [os === 'linuxmusl' ? 'linux' : os] }),
    };
    added.push(name);
  }
}
lock.packages = { '': root, ...Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1))) };
writeFileSync(file, JSON.stringify(lock, null, 2) + '\n');
console.log(added.length ? `Added ${added.length}: ${added.join(', ')}` : 'Nothing was missing.');
