// node-llama-cpp behind the part of the OpenAI API that `quept bench` asks: the peer of `npm run bench:peer`. One
// context holds `--sequences` sequences, one for each running request; the library joins whatever they want next into
// one batch, prompts and single tokens alike. Requests beyond that wait in order. Nothing is kept between requests.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { answerGeneration } from './answer-generation.mjs';
import { openSequences } from './sequences.mjs';

const USAGE = `node tools/peer-llama/serve.mjs --model FILE.gguf [options]

  --port N        port on 127.0.0.1; 0 takes a free one (0)
  --threads N     threads of the engine (2)
  --sequences N   requests at once (8)
  --context N     longest sequence, tokens (512)
  --batch N       tokens of all sequences per pass, at most (512)

Prints one line of JSON, with the url, when it is ready.
`;
const MOST_BODY_BYTES = 4 << 20;

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    model: text,
    port: { ...text, default: '0' },
    threads: { ...text, default: '2' },
    sequences: { ...text, default: '8' },
    context: { ...text, default: '512' },
    batch: { ...text, default: '512' },
  },
});
if (values.help === true) {
  process.stdout.write(USAGE);
  process.exit(0);
}
if (values.model === undefined) {
  process.stderr.write(`serve: --model: name a GGUF file.\n\n${USAGE}`);
  process.exit(2);
}

const engine = await openSequences({
  path: values.model,
  threads: whole('threads', 1),
  sequences: whole('sequences', 1),
  contextSize: whole('context', 16),
  batchSize: whole('batch', 1),
});

const ROUTES = {
  'GET /health': (_, response) => sendJson(response, 200, { status: 'ok' }),
  'GET /v1/models': (_, response) =>
    sendJson(response, 200, {
      object: 'list',
      data: [
        { id: engine.name, object: 'model', owned_by: 'node-llama-cpp', context_length: engine.contextSize },
      ],
    }),
  'POST /v1/completions': (request, response) => generate(request, response, false),
  'POST /v1/chat/completions': (request, response) => generate(request, response, true),
};

const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://any').pathname;
  const route = ROUTES[`${request.method} ${path}`];
  if (route === undefined) sendError(response, 404, 'not_found', `no ${request.method} ${path} here`);
  else route(request, response);
});
server.listen(whole('port', 0), '127.0.0.1', () => {
  const { port } = server.address();
  const { name, contextSize, facts } = engine;
  const url = `http://127.0.0.1:${port}`;
  process.stdout.write(`${JSON.stringify({ url, pid: process.pid, model: name, contextSize, ...facts })}\n`);
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));

async function generate(request, response, isChat) {
  let body;
  try {
    body = JSON.parse(await readBody(request));
  } catch (error) {
    return sendError(response, 400, 'invalid_json', error.message);
  }
  try {
    await answerGeneration(engine, body, { response, isChat });
  } catch (error) {
    const status = error.status ?? 500;
    if (status === 500) process.stderr.write(`serve: ${error.stack}\n`);
    // A stream that has begun can only break off.
    if (response.headersSent) response.destroy();
    else sendError(response, status, status === 400 ? 'invalid_request_error' : 'internal', error.message);
  }
}

async function readBody(request) {
  const pieces = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes > MOST_BODY_BYTES) throw new Error(`the body is larger than ${MOST_BODY_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function sendError(response, status, code, message) {
  sendJson(response, status, { error: { message, type: code, code } });
}

function whole(name, least) {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= least) return value;
  process.stderr.write(`serve: --${name}: '${values[name]}' is no whole number from ${least}.\n`);
  process.exit(2);
}
