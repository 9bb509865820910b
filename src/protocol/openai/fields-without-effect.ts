/**
 * The one list of request fields that are accepted and change nothing. They carry no promise about the answer:
 * book-keeping of the hosted service, or hints about caching and end users.
 */
export const FIELDS_WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  /** Storing answers is a feature of the hosted service; nothing is stored here. */
  'store',
  'metadata',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'prompt_cache_options',
]);

/** The same of `/v1/responses`, which returns `metadata`, and refuses to `store` by name. */
export const RESPONSE_FIELDS_WITHOUT_EFFECT: ReadonlySet<string> = new Set(
  [...FIELDS_WITHOUT_EFFECT].filter((field) => field !== 'store' && field !== 'metadata'),
);

/** The same, inside messages: keys of a message, or of one of its content parts. */
export const MESSAGE_FIELDS_WITHOUT_EFFECT: ReadonlySet<string> = new Set(['prompt_cache_breakpoint']);
