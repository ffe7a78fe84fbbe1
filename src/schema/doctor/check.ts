import type { DoctorContext, RoleSubject } from './context';
import type { Found } from './finding';

/** What a check returns: what it found (nothing = all is well), or undefined where it does not apply. */
export type Answer = readonly Found[] | undefined;

/** One check; a file of its own in `checks/`. It may throw: that becomes a note and never stops the others. */
export type Check =
  | {
      readonly name: string;
      /** Runs once per role that is asked about. */
      readonly of: 'role';
      run(subject: RoleSubject, context: DoctorContext): Promise<Answer>;
    }
  | {
      readonly name: string;
      /** Runs once. */
      readonly of: 'database';
      run(context: DoctorContext): Promise<Answer>;
    };

/** SETTINGS of questions to a source: two threads, ten seconds, then what was read until then is judged. */
export const bounded = "SETTINGS max_threads = 2, max_execution_time = 10, timeout_overflow_mode = 'break'";
