/** What the preview cannot show truthfully: collected here, shown on the page, and failed upon by the browser tests. */
export interface Problem {
  /** `unknown_panel`: no such panel type here · `dropped`: a property or value that the preview ignores · `missing`: something referred to is not there. */
  readonly kind: 'unknown_panel' | 'dropped' | 'missing';
  /** Where: `dashboard uid / panel title / path`. */
  readonly where: string;
  /** One sentence: what is not shown and why. */
  readonly text: string;
}

type Listener = () => void;

/** The problems of the dashboard on the page; at most one entry per place and text. Throws nothing. */
export interface ProblemLog {
  list(): readonly Problem[];
  add(problem: Problem): void;
  clear(): void;
  subscribe(listener: Listener): () => void;
}

/** Makes an empty {@link ProblemLog}; `list()` returns the same array until something changes, as React asks for. */
export function createProblemLog(): ProblemLog {
  let problems: readonly Problem[] = [];
  const listeners = new Set<Listener>();
  const change = (next: readonly Problem[]) => {
    problems = next;
    for (const listener of listeners) listener();
  };
  return {
    list: () => problems,
    add(problem) {
      const known = problems.some((p) => p.where === problem.where && p.text === problem.text);
      if (!known) change([...problems, problem]);
    },
    clear: () => {
      if (problems.length) change([]);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The one log of this page. */
export const problemLog = createProblemLog();
