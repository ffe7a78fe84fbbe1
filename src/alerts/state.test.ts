import fc from 'fast-check';

import type { Outcome, RuleState, StateName, StateSettings, Verdict } from './state';
import { freshState, isAlerting, step } from './state';
import { fromStateRows, toStateRow } from './stateRows';

const minute = 60_000;
const startMs = Date.UTC(2026, 2, 1);
const said = (subject: string, firing: boolean, held = false): Verdict => ({
  subject,
  value: 1,
  threshold: 0,
  firing,
  held,
  asOf: '2026-03-01 12:00:00.000',
  detail: 'x',
});
const rows = (...verdicts: readonly Verdict[]): Outcome => ({ kind: 'rows', rows: verdicts });
const fires = rows(said('a', true));
const quiet = rows(said('a', false));
const heldRow = rows(said('a', true, true));
const gone = rows(said('other', false));
const nothing = rows();
const error: Outcome = { kind: 'error', message: 'no answer' };

const rule: StateSettings = { forSeconds: 120, keepFiringForSeconds: 120, missingEvals: 3, noData: 'KeepLast' };

/** State of subject `a` (`''` for the rule itself) after each evaluation, one a minute. */
function run(settings: StateSettings, outcomes: readonly Outcome[], subject = 'a'): string {
  let state: RuleState = freshState;
  return outcomes
    .map((outcome, i) => {
      state = step(settings, state, outcome, startMs + i * minute);
      return (state.subjects.find((s) => s.subject === subject)?.state ?? '-')[0];
    })
    .join('');
}

describe('step', () => {
  test.each<[string, readonly Outcome[], string]>([
    ['waits for its time, then fires', [fires, fires, fires, fires], 'PPFF'],
    ['forgets what did not last', [fires, fires, quiet, fires, fires, fires], 'PPNPPF'],
    ['recovers for a while, then is normal', [fires, fires, fires, quiet, quiet, quiet, quiet], 'PPFRRNN'],
    ['fires at once while it recovers', [fires, fires, fires, quiet, fires, quiet, quiet, quiet], 'PPFRFRRN'],
    [
      'keeps a firing one while held, and ends it in the end',
      [fires, fires, fires, heldRow, heldRow, heldRow],
      'PPFFFN',
    ],
    ['makes nothing of a pending one while held', [fires, heldRow, heldRow, fires], 'PPPF'],
    [
      'counts held evaluations only in a row',
      [fires, fires, fires, heldRow, heldRow, fires, heldRow, heldRow],
      'PPFFFFFF',
    ],
    ['forgets a subject that is gone', [fires, fires, fires, gone, gone, gone, gone], 'PPFFF--'],
    [
      'keeps everything when the rule tells of nothing',
      [fires, fires, fires, nothing, nothing, nothing, nothing],
      'PPFFFFF',
    ],
    ['keeps everything when nobody answers', [fires, error, error, error, quiet], 'PPPPN'],
    [
      'counts missed evaluations anew after one without answer',
      [fires, fires, fires, gone, gone, error, gone, gone, gone],
      'PPFFFFFF-',
    ],
    ['knows a subject that is held from the start as normal', [heldRow, heldRow, fires], 'NNP'],
  ])('%s', (_, outcomes, expected) => expect(run(rule, outcomes)).toBe(expected));

  test('fires without waiting where the rule has no time to wait, and ends without keeping', () => {
    expect(run({ ...rule, forSeconds: 0, keepFiringForSeconds: 0 }, [fires, quiet, fires])).toBe('FNF');
  });

  test('a rule that alerts without an answer takes all its subjects for firing, also the only one of which nothing was ever known', () => {
    const deadman: StateSettings = { ...rule, noData: 'Alerting', keepFiringForSeconds: 0 };
    expect(run(deadman, [quiet, error, error, error, error, quiet])).toBe('NPPFFN');
    expect(run(deadman, [quiet, nothing, nothing, nothing, quiet])).toBe('NPPFN');
    expect(run(deadman, [error, error, error, quiet], '')).toBe('PPF-');
    expect(run({ ...deadman, keepFiringForSeconds: 60 }, [error, error, error, quiet, quiet], '')).toBe('PPFR-');
  });

  test('an alert has one beginning, through recovering and back', () => {
    let state: RuleState = freshState;
    const starts = [fires, fires, fires, quiet, fires, quiet, quiet, quiet].map((outcome, i) => {
      state = step(rule, state, outcome, startMs + i * minute);
      return state.subjects[0]?.startsAtMs;
    });
    expect(starts).toEqual([null, null, 2, 2, 2, 2, 2, null].map((at) => (at === null ? null : startMs + at * minute)));
  });

  test('tells how the evaluation went', () => {
    expect(step(rule, freshState, fires, 0)).toMatchObject({ health: 'Ok', message: '' });
    expect(step(rule, freshState, nothing, 0)).toEqual({ health: 'NoData', message: '', subjects: [] });
    expect(step(rule, freshState, error, 0)).toEqual({ health: 'Error', message: 'no answer', subjects: [] });
  });
});

/**
 * The oracle: says from the whole history of one subject what it is now, by runs of equal verdicts instead of by transitions.
 * A letter per evaluation: f fires, q quiet, h held, g gone, n nobody answers (KeepLast).
 */
function oracle(settings: StateSettings, history: string): StateName | undefined {
  const { forSeconds, keepFiringForSeconds, missingEvals } = settings;
  // What came before the last time that it was missed too often in a row is forgotten.
  let begin = 0;
  let missed = 0;
  let known = false;
  for (let i = 0; i < history.length; i++) {
    const letter = history[i]!;
    if (letter === 'f' || letter === 'q') [missed, known] = [0, true];
    if (letter === 'n') missed = 0;
    if (letter === 'h') [missed, known] = [missed + 1, true];
    if (letter === 'g' && known) missed++;
    if (missed >= missingEvals) begin = i + 1;
    if (missed >= missingEvals && letter === 'g') [known, missed] = [false, 0];
  }
  if (!known) return undefined;
  // Runs of verdicts: [letter, minute of the first, minute of the last].
  const runs: [string, number, number][] = [];
  for (let i = begin; i < history.length; i++) {
    const letter = history[i]!;
    if (letter !== 'f' && letter !== 'q') continue;
    const last = runs.at(-1);
    if (last?.[0] === letter) last[2] = i;
    else runs.push([letter, i, i]);
  }
  const lasted = ([, from, to]: [string, number, number]) => (to - from) * 60;
  /** Whether it is an alert at the end of a run. */
  const alerting = (i: number): boolean => {
    const current = runs[i];
    if (!current) return false;
    if (current[0] === 'f') return lasted(current) >= forSeconds || alerting(i - 1);
    return alerting(i - 1) && keepFiringForSeconds > 0 && lasted(current) < keepFiringForSeconds;
  };
  const end = runs.length - 1;
  if (end < 0) return 'Normal';
  if (runs[end]![0] === 'f') return alerting(end) ? 'Firing' : 'Pending';
  return alerting(end) ? 'Recovering' : 'Normal';
}

const settingsOf = fc.record({
  forSeconds: fc.constantFrom(0, 60, 120, 300),
  keepFiringForSeconds: fc.constantFrom(0, 60, 180),
  missingEvals: fc.integer({ min: 1, max: 5 }),
  noData: fc.constant('KeepLast' as const),
});
const letters = { f: fires, q: quiet, h: heldRow, g: gone, n: error } as const;
const historyOf = fc.array(fc.constantFrom(...'fffqqhgn'), { minLength: 1, maxLength: 60 }).map((all) => all.join(''));

describe('any history', () => {
  test('comes to the state that its runs say', () => {
    fc.assert(
      fc.property(settingsOf, historyOf, (settings, history) => {
        let state: RuleState = freshState;
        for (const [i, letter] of [...history].entries()) {
          state = step(settings, state, letters[letter as keyof typeof letters], startMs + i * minute);
          const now = state.subjects.find((s) => s.subject === 'a')?.state;
          expect([history.slice(0, i + 1), now]).toEqual([
            history.slice(0, i + 1),
            oracle(settings, history.slice(0, i + 1)),
          ]);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('goes on the same after a restart at any moment', () => {
    fc.assert(
      fc.property(settingsOf, historyOf, fc.nat(60), (settings, history, restart) => {
        let straight: RuleState = freshState;
        let restarted: RuleState = freshState;
        for (const [i, letter] of [...history].entries()) {
          const outcome = letters[letter as keyof typeof letters];
          straight = step(settings, straight, outcome, startMs + i * minute);
          if (i === restart) {
            const written = restarted.subjects.map((s) => toStateRow('r', s, startMs + i * minute));
            restarted = fromStateRows(JSON.parse(JSON.stringify(written)) as typeof written).get('r') ?? freshState;
          }
          restarted = step(settings, restarted, outcome, startMs + i * minute);
        }
        expect(restarted).toEqual(straight);
      }),
    );
  });

  test('subjects do not touch each other, and each stands once, in order', () => {
    const verdict = fc.record({ subject: fc.constantFrom('a', 'b', 'c'), firing: fc.boolean(), held: fc.boolean() });
    const answer = fc
      .uniqueArray(verdict, { selector: (v) => v.subject, maxLength: 3 })
      .map((all) => rows(said('anchor', false), ...all.map((v) => said(v.subject, v.firing, v.held))));
    fc.assert(
      fc.property(settingsOf, fc.array(answer, { maxLength: 40 }), (settings, answers) => {
        let all: RuleState = freshState;
        let alone: RuleState = freshState;
        for (const [i, outcome] of answers.entries()) {
          const only = outcome.kind === 'rows' ? outcome.rows.filter((r) => ['a', 'anchor'].includes(r.subject)) : [];
          all = step(settings, all, outcome, startMs + i * minute);
          alone = step(settings, alone, rows(...only), startMs + i * minute);
        }
        const names = all.subjects.map((s) => s.subject);
        expect(names).toEqual([...new Set(names)].sort());
        expect(all.subjects.find((s) => s.subject === 'a')).toEqual(alone.subjects.find((s) => s.subject === 'a'));
        for (const subject of all.subjects) expect(subject.startsAtMs !== null).toBe(isAlerting(subject));
      }),
    );
  });
});
