/** An error in ClickHouse's words: `Code: 60. DB::Exception: … (UNKNOWN_TABLE)`, from the engine or made here. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** ClickHouse's error number; 1002 where the engine gave none. */
  readonly code: number;
  /** ClickHouse's name of the number, e.g. `UNKNOWN_TABLE`; `UNKNOWN_EXCEPTION` where the engine gave none. */
  readonly type: string;

  constructor(message: string) {
    super(message);
    this.code = Number(/Code: (\d+)/.exec(message)?.[1] ?? 1002);
    this.type = /\(([A-Z][A-Z0-9_]+)\)\s*$/.exec(message)?.[1] ?? 'UNKNOWN_EXCEPTION';
  }
}

/** ClickHouse's numbers of the errors that the server raises itself; a test holds them against the engine's. */
export const raisedCodes = {
  BAD_ARGUMENTS: 36,
  NOT_IMPLEMENTED: 48,
  SYNTAX_ERROR: 62,
  UNKNOWN_TYPE_OF_QUERY: 78,
  INCORRECT_DATA: 117,
  READONLY: 164,
  QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING: 216,
  INTO_OUTFILE_NOT_ALLOWED: 358,
  SESSION_NOT_FOUND: 372,
  SESSION_IS_LOCKED: 373,
  INVALID_SESSION_TIMEOUT: 374,
  QUERY_WAS_CANCELLED: 394,
  AUTHENTICATION_FAILED: 516,
  UNKNOWN_EXCEPTION: 1002,
} as const;

/**
 * An error that the server raises itself, in the engine's form.
 * @example refusal('NOT_IMPLEMENTED', 'No roles here.').message // 'Code: 48. DB::Exception: No roles here. (NOT_IMPLEMENTED)'
 */
export function refusal(type: keyof typeof raisedCodes, text: string): EngineError {
  return new EngineError(`Code: ${raisedCodes[type]}. DB::Exception: ${text.replace(/\.$/, '')}. (${type})`);
}

/** The engine's own error, or whatever else was thrown, in the engine's form (code 1002, UNKNOWN_EXCEPTION). */
export function asEngineError(thrown: unknown): EngineError {
  if (thrown instanceof EngineError) return thrown;
  return refusal('UNKNOWN_EXCEPTION', thrown instanceof Error ? thrown.message : String(thrown));
}
