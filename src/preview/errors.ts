import { errorTable } from '../core/errors';

/** Sentences of the preview's server and of `npm start`. */
export const fail = errorTable({
  port_taken: (f: { port: number }) =>
    `Port ${f.port} on 127.0.0.1 is taken. Stop what runs there or start with another: npm start -- --port ${f.port + 1}`,
  step_failed: (f: { step: string; command: string; exitCode: string; tail: string }) =>
    `The step "${f.step}" failed (${f.exitCode}): ${f.command}${f.tail ? `\n${f.tail}` : ''}`,
  engine_silent: (f: { url: string; seconds: number; tail: string }) =>
    `The embedded ClickHouse did not answer at ${f.url}/ping within ${f.seconds} s.${f.tail ? `\n${f.tail}` : ''}`,
  unknown_demo: (f: { demo: string; known: readonly string[] }) =>
    `There is no demo "${f.demo}". Known: ${f.known.join(', ')}. Example: npm start -- --demo ${f.known[0]}`,
  bad_port: (f: { port: string }) => `--port wants a number from 1 to 65535, not "${f.port}".`,
  dashboard_json: (f: { file: string; reason: string }) =>
    `dashboards/${f.file} is not a dashboard: ${f.reason}. Write it anew with: npx tidemark build`,
  dashboard_uid_twice: (f: { uid: string; files: readonly string[] }) =>
    `The dashboards ${f.files.join(' and ')} have the same uid "${f.uid}". Give one of them another.`,
});
