const VALID_REQUEST_ID = /^[\w.:/=+-]{1,128}$/;

/** The client's own id of a call where it gave a usable one, else ours. */
export function requestIdOf(given: string | undefined, createId: () => string): string {
  return given !== undefined && VALID_REQUEST_ID.test(given) ? given : `req_${createId()}`;
}
