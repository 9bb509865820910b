/** One data-only server-sent event. JSON has no raw line breaks, so it is always one line. */
export function sseData(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** The same under a name. */
export function sseEvent(name: string, value: object): string {
  return `event: ${name}\n${sseData(value)}`;
}

/** The end of a stream that went well. */
export const SSE_DONE = 'data: [DONE]\n\n';

/** A comment: clients ignore it, proxies see that the connection lives. */
export const SSE_KEEP_ALIVE = ': keep-alive\n\n';
