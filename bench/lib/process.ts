import { readFileSync, writeFileSync } from 'node:fs';

/** Clock ticks per second of /proc: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Seconds of CPU that a process has taken with all its threads, in user and kernel. Linux only; throws elsewhere. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold blanks: fields are counted behind it; utime and stime are the 14th and 15th of all.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory in MiB, now and at its most. Linux only; throws elsewhere. */
export function residentMiB(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  return { now: Math.round(kibibytes('VmRSS') / 1024), most: Math.round(kibibytes('VmHWM') / 1024) };
}

/** Lets the most resident memory of {@link residentMiB} begin anew. Linux only; throws elsewhere. */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** A stretch of time in which a process's CPU is counted: `share` of one core, 1 = one core whole. */
export interface CpuWindow {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly share: number;
}

/** Begins to count; the function returned ends it. */
export function watchCpu(pid: number): () => CpuWindow {
  const startMs = performance.now();
  const before = cpuSeconds(pid);
  return () => {
    const seconds = (performance.now() - startMs) / 1000;
    const used = cpuSeconds(pid) - before;
    return { seconds, cpuSeconds: used, share: used / seconds };
  };
}
