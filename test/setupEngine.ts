// The engine runs in a process of its own on a machine that may be busy.
jest.setTimeout(60_000);
