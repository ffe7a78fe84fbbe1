#!/usr/bin/env node
// Starts the CLI. chDB answers requests on libuv's thread pool: its size must be set before the first thread starts, hence here.
process.env.UV_THREADPOOL_SIZE ??= '16';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const bundled = join(__dirname, '..', 'build', 'cli', 'main.js');
const source = join(__dirname, '..', 'src', 'cli', 'main.ts');
if (existsSync(source)) {
  // A checkout runs its sources, so that it is never stale; the published package has only the bundle.
  require('tsx/cjs/api').register();
  require(source);
} else {
  require(bundled);
}
