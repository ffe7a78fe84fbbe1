import { createInterface } from 'node:readline/promises';

/** Asks a person one question after the other; answers are trimmed. */
export interface Asker {
  ask(question: string): Promise<string>;
  close(): void;
}

/** Asks on a terminal. After the end of the input (Ctrl-D) every answer is empty, which takes what is proposed. */
export function terminal(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Asker {
  const lines = createInterface({ input, output });
  let closed = false;
  const ended = new Promise<string>((resolve) =>
    lines.once('close', () => {
      closed = true;
      resolve('');
    }),
  );
  return {
    ask: async (question) => (closed ? '' : (await Promise.race([lines.question(question), ended])).trim()),
    close: () => lines.close(),
  };
}
