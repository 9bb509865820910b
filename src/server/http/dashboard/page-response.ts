import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import type { HttpEnv } from '../http-env.ts';
import type { PageFile } from './dashboard.ts';

/**
 * Nothing but what this server sends runs, is shown, or is asked for. Trusted types besides make every way of writing
 * HTML from a text throw, so that what a model says can only ever be text.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  // Asked for again each time, so that a new version shows at once; an unchanged file is not sent again.
  'cache-control': 'no-cache',
};

/** Answers with a file of the page, and with what keeps it to itself. */
export type PageResponse = (context: Context<HttpEnv>) => Response;

export function pageResponse({ contentType, text }: PageFile): PageResponse {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  const headers = { ...HEADERS, etag };
  return (context) =>
    context.req.header('if-none-match') === etag
      ? context.body(null, 304, headers)
      : context.body(text, 200, { ...headers, 'content-type': contentType });
}
