import { QueptError } from '../../core/index.ts';

const JSON_TYPE = /^application\/([\w.+-]+\+)?json\s*(;|$)/i;

/**
 * The JSON object in the body of `request`, read to at most `maxBytes` whether or not its length was announced.
 *
 * Throws QueptError `unsupported_media_type`, `request_too_large`, `invalid_request`, or `cancelled` when the
 * client goes away before the end.
 */
export async function readJsonBody(request: Request, maxBytes: number): Promise<object> {
  requireJsonType(request.headers);
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const bytes = await readBytes(request.body, maxBytes);
  if (bytes.byteLength === 0) throw invalid('The request body is empty. Send a JSON object.');
  return parseObject(decode(bytes));
}

function requireJsonType(headers: Headers): void {
  const type = headers.get('content-type');
  // A client that does not say what it sends can only mean JSON; one that says something else does not.
  if (type !== null && type !== '' && !JSON_TYPE.test(type)) {
    throw new QueptError(
      'unsupported_media_type',
      "The request body must be JSON. Send it with the header 'content-type: application/json'.",
    );
  }
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new QueptError(
      'unsupported_media_type',
      "Compressed request bodies are not supported. Send the body without 'content-encoding'.",
    );
  }
}

async function readBytes(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // Leaving the loop cancels the stream, so nothing more of an oversized body is kept.
    for await (const chunk of body) {
      length += chunk.byteLength;
      if (length > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (thrown) {
    if (thrown instanceof QueptError) throw thrown;
    throw new QueptError('cancelled', 'The connection was closed before the request had arrived.', {
      cause: thrown,
    });
  }
  return Buffer.concat(chunks, length);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid('The request body is not valid UTF-8.');
  }
}

function parseObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // V8 says where and at what; the text it quotes is the client's own.
    throw invalid(`The request body is not valid JSON: ${(error as SyntaxError).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('The request body must be a JSON object.');
  }
  return value;
}

function tooLarge(maxBytes: number): QueptError {
  return new QueptError('request_too_large', `The request body is larger than ${maxBytes} bytes.`);
}

function invalid(message: string): QueptError {
  return new QueptError('invalid_request', message);
}
