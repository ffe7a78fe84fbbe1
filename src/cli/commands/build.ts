import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Command } from 'commander';

import { loadConfig } from '../../config/load';
import { messageOf } from '../../core/errors';
import { fail } from '../../dashboards/errors';
import type { BuiltFile } from '../../dashboards/files';
import { defaultSettings, settingsOf } from '../../dashboards/settings';
import type { BuildSettings } from '../../dashboards/settings';
import { allFiles, compare } from '../built';
import type { Differences } from '../built';
import { configOption, configPath, defineCommand, exitCodes, jsonOption, withOutput } from '../run';
import type { ConfigOptions } from '../run';

interface BuildFlags extends ConfigOptions {
  readonly out: string;
  readonly check?: boolean;
}

/** `tidemark build`: writes dashboards, provisioning and alert files; asks no ClickHouse. */
export function buildCommand(): Command {
  return defineCommand({
    name: 'build',
    summary: "Write Grafana's dashboards, its provisioning files and those of Alertmanager for this configuration",
    examples: [
      'tidemark build                  # dashboards/*.json and provisioning/ below the current folder',
      'tidemark build --out /srv/grafana --config tidemark.yaml',
      'tidemark build --check          # write nothing; exit 1 and name the files that differ',
    ],
  })
    .option('-o, --out <dir>', 'folder to write into', '.')
    .option('--check', 'write nothing, tell what differs')
    .addOption(configOption('$TIDEMARK_CONFIG, ./tidemark.yaml, or the defaults where there is none'))
    .addOption(jsonOption())
    .action(build);
}

async function build(flags: BuildFlags): Promise<void> {
  await withOutput(flags, (out) => {
    const files = allFiles(settingsFor(flags));
    const differences = compare(flags.out, files);
    const names = [...differences.changed, ...differences.missing, ...differences.left].sort();
    if (flags.check) {
      out.data({ ok: names.length === 0, ...differences });
      for (const name of differences.changed) out.say(`differs: ${name}`);
      for (const name of differences.missing) out.say(`missing: ${name}`);
      for (const name of differences.left) out.say(`no longer built: ${name}`);
      out.say(names.length === 0 ? `All ${files.length} files are up to date.` : `Run tidemark build to write them.`);
      if (names.length > 0) process.exitCode = exitCodes.failure;
      return Promise.resolve();
    }
    write(flags.out, files, differences);
    out.data({ ok: true, written: [...differences.changed, ...differences.missing], removed: differences.left });
    for (const name of names) out.say(`${differences.left.includes(name) ? 'removed' : 'written'}: ${name}`);
    out.say(`${files.length} files in ${flags.out}, ${names.length} changed.`);
    return Promise.resolve();
  });
}

/** Defaults only where nobody named a configuration and none lies here: a name that leads nowhere is an error. */
function settingsFor(flags: BuildFlags): BuildSettings {
  const path = configPath(flags);
  const named = flags.config !== undefined || Boolean(process.env.TIDEMARK_CONFIG);
  return named || existsSync(path) ? settingsOf(loadConfig(path, process.env)) : defaultSettings;
}

/** Each file appears whole or not at all: Grafana reads the folder every 30 s. Throws `out_unwritable`. */
function write(out: string, files: readonly BuiltFile[], { changed, missing, left }: Differences): void {
  const wanted = new Set([...changed, ...missing]);
  try {
    for (const { path, content } of files.filter((file) => wanted.has(file.path))) {
      const target = join(out, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(`${target}.tmp`, content);
      renameSync(`${target}.tmp`, target);
    }
    for (const path of left) rmSync(join(out, path));
  } catch (cause) {
    throw fail('out_unwritable', { out, reason: messageOf(cause) }, { cause });
  }
}
