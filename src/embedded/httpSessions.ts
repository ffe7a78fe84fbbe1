import { refusal } from './engineError';

import type { Engine, EngineSession } from './engine';
import type { HttpSessionParameters } from './parameters';

interface HttpSession {
  readonly engineSession: EngineSession;
  busy: boolean;
  expiry: NodeJS.Timeout | undefined;
}

/**
 * Sessions that clients name (`session_id`): settings and temporary tables live on from request to request, one request
 * at a time, and end when none came for `session_timeout` seconds.
 */
export class HttpSessions {
  readonly #engine: Engine;
  readonly #sessions = new Map<string, HttpSession>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Takes a session, made where it is not there yet. Throws SESSION_NOT_FOUND where it has to be there, and
   * SESSION_IS_LOCKED while another request has it.
   */
  take({ id, mustExist }: HttpSessionParameters): EngineSession {
    const found = this.#sessions.get(id);
    if (!found && mustExist) throw refusal('SESSION_NOT_FOUND', `Session ${id} not found`);
    if (found?.busy) throw refusal('SESSION_IS_LOCKED', `Session ${id} is locked by a concurrent client`);
    if (found) {
      clearTimeout(found.expiry);
      found.busy = true;
      return found.engineSession;
    }
    const engineSession = this.#engine.openSession();
    this.#sessions.set(id, { engineSession, busy: true, expiry: undefined });
    return engineSession;
  }

  /** Gives a session back after a request. */
  async give({ id, timeoutSeconds, close }: HttpSessionParameters): Promise<void> {
    const session = this.#sessions.get(id);
    if (!session) return;
    session.busy = false;
    if (close) return this.#end(id, session);
    session.expiry = setTimeout(() => void this.#end(id, session), timeoutSeconds * 1000);
    session.expiry.unref();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#sessions].map(([id, session]) => this.#end(id, session)));
  }

  async #end(id: string, session: HttpSession): Promise<void> {
    clearTimeout(session.expiry);
    this.#sessions.delete(id);
    await session.engineSession.close();
  }
}
