import { readFileSync } from 'node:fs';

import { messageOf } from '../core/errors';
import type { Config } from './config';
import type { Env } from './env';
import { fail } from './errors';
import { parseConfig } from './parse';

/**
 * Reads a tidemark.yaml from disk. Throws `config_missing`, `config_unreadable`, or `config_invalid` with every problem.
 * @example const config = loadConfig('demo/product/tidemark.yaml', process.env);
 */
export function loadConfig(file: string, env: Env): Config {
  return parseConfig(read(file), { file, env });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw code === 'ENOENT'
      ? fail('config_missing', { file })
      : fail('config_unreadable', { file, reason: code ?? messageOf(cause) });
  }
}
