/** `warn`: it will serve, but not as well or as safely as it could; `fail`: it will not start, or not work. */
export type FindingStatus = 'ok' | 'warn' | 'fail';

/** What a check found. */
export interface Finding {
  readonly check: string;
  readonly status: FindingStatus;
  readonly message: string;
  /** What to do about it; null where nothing is wrong. */
  readonly remedy: string | null;
}

export function ok(check: string, message: string): Finding {
  return { check, status: 'ok', message, remedy: null };
}

export function warn(check: string, message: string, remedy: string): Finding {
  return { check, status: 'warn', message, remedy };
}

export function fail(check: string, message: string, remedy: string): Finding {
  return { check, status: 'fail', message, remedy };
}
