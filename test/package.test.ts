import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, inflateRawSync } from 'node:zlib';

const root = join(__dirname, '..');
const id = 'tidemark-clickhouse-datasource';
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

let work: string;
let dist: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'tidemark-package-'));
  dist = join(work, 'dist');
  execFileSync(process.execPath, [join(root, 'node_modules/webpack/bin/webpack.js'), '--output-path', dist], {
    cwd: root,
    stdio: 'pipe',
    env: { ...process.env, SOURCE_DATE_EPOCH: '1800000000' },
  });
}, 240_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

const text = (name: string) => readFileSync(join(dist, name), 'utf8');
const scripts = () => readdirSync(dist).filter((name) => name.endsWith('.js'));

function pack(from: string, to: string, env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [join(root, 'scripts/package.mjs'), from, to], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

/** Names and contents of a zip, by its central directory. */
function unzip(file: string): Map<string, Buffer> {
  const zip = readFileSync(file);
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const entries = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const name = zip.toString('utf8', at + 46, at + 46 + Number(nameLength));
    const local = zip.readUInt32LE(at + 42);
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const body = zip.subarray(data, data + zip.readUInt32LE(at + 20));
    entries.set(name, zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(body) : body);
    at += 46 + Number(nameLength) + Number(extra) + Number(comment);
  }
  return entries;
}

describe('the built plugin', () => {
  it('loads at most 60 KB of gzip before a dashboard shows', () => {
    const bytes = gzipSync(readFileSync(join(dist, 'module.js')), { level: 6 }).length;
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThanOrEqual(60_000);
  });

  it('is one AMD module that asks the host for what the host shares', () => {
    const asked = /define\((?:"[^"]+",)?\[([^\]]*)\]/.exec(text('module.js'))?.[1] ?? '';
    const names = asked.split(',').map((name) => name.replace(/["']/g, ''));
    expect(names).toEqual(expect.arrayContaining(['module', '@grafana/data', '@grafana/runtime', 'react', 'rxjs']));
    expect(
      names.filter((name) => !/^(module|react(\/jsx-runtime)?|rxjs|@grafana\/(data|runtime|ui))$/.test(name)),
    ).toEqual([]);
  });

  it('keeps the editors in files of their own, loaded with integrity', () => {
    expect(scripts().sort()).toEqual(['config.js', 'editor.js', 'module.js', 'ondemand.js']);
    expect(text('module.js')).toMatch(/sha256-/);
    expect(text('module.js')).toMatch(/\.js\?_cache=/);
    expect(text('module.js')).not.toContain('Kept and sent by Grafana');
    expect(text('config.js')).toContain('Kept and sent by Grafana');
  });

  it('holds nothing of the Node side and calls nobody but the data source', () => {
    const all = scripts().map(text).join('\n');
    expect(all).not.toMatch(/ZodError|YAMLParseError|chdb|node:|XMLHttpRequest|WebSocket|sendBeacon/);
    expect(all).not.toMatch(/\bfetch\("/);
  });

  it('has version and day filled in', () => {
    const { info } = JSON.parse(text('plugin.json')) as { info: { version: string; updated: string } };
    expect([info.version, info.updated]).toEqual([version, '2027-01-15']);
  });
});

describe('npm run package', () => {
  /** The build, with stand-ins for the documents that this checkout may not have yet. */
  function packable(): string {
    const folder = join(work, 'packable');
    cpSync(dist, folder, { recursive: true });
    for (const name of ['README.md', 'CHANGELOG.md']) {
      if (!existsSync(join(folder, name))) writeFileSync(join(folder, name), `# ${name}\n`);
    }
    return folder;
  }

  it('makes an archive with one folder, named as the plugin, that holds what Grafana installs', () => {
    const { stdout, stderr, status } = pack(packable(), join(work, 'out'));
    expect([stderr, status]).toEqual(['', 0]);
    const file = join(work, 'out', `${id}-${version}.zip`);
    expect(stdout).toContain(file);
    const entries = unzip(file);
    const names = [...entries.keys()];
    expect(names.filter((name) => !name.startsWith(`${id}/`))).toEqual([]);
    for (const name of [
      'plugin.json',
      'module.js',
      'ondemand.js',
      'editor.js',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
      'img/logo.svg',
    ])
      expect(names).toContain(`${id}/${name}`);
    expect(names.filter((name) => /\.map$|gpx|\.go$/.test(name))).toEqual([]);
    expect(entries.get(`${id}/module.js`)?.equals(readFileSync(join(dist, 'module.js')))).toBe(true);
  });

  it('writes the same bytes in every time zone', () => {
    const bytes = ['UTC', 'Asia/Kolkata'].map((TZ) => {
      expect(pack(packable(), join(work, TZ.replace('/', '-')), { TZ }).status).toBe(0);
      return readFileSync(join(work, TZ.replace('/', '-'), `${id}-${version}.zip`));
    });
    expect(bytes[0]?.equals(bytes[1] as Buffer)).toBe(true);
  });

  it.each([
    ['an empty folder', () => undefined, /no built plugin.*npx webpack/],
    ['a build without LICENSE', (folder: string) => rmSync(join(folder, 'LICENSE')), /lacks LICENSE/],
    ['a stray file', (folder: string) => writeFileSync(join(folder, '.env'), 'x'), /do not belong.*\.env/],
  ])('refuses %s and writes nothing', (name, spoil, says) => {
    const folder = join(work, name.replace(/ /g, '-'));
    if (name === 'an empty folder') mkdirSync(folder);
    else cpSync(packable(), folder, { recursive: true });
    spoil(folder);
    const { status, stderr } = pack(folder, join(work, 'refused'));
    expect(status).toBe(1);
    expect(stderr).toMatch(says);
    expect(existsSync(join(work, 'refused'))).toBe(false);
  });
});
