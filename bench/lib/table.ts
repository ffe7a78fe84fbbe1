import { runDecode } from '../decode';

/** Benchmarks by the name that `npm run bench -- <name>` takes. */
export const benchmarks: Readonly<Record<string, () => Promise<void>>> = { decode: runDecode };
