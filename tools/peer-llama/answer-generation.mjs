// One answer to `/v1/completions` or `/v1/chat/completions`, whole or streamed.
import { randomUUID } from 'node:crypto';

const DEFAULT_TOKENS = 16;
/** Bytes of one character, at most: a text that ends within one is held back for so many tokens, not for ever. */
const MOST_HELD = 4;

/**
 * Answers `body`. Fields that change the answer and are not read here are refused; a fault of the client is an Error
 * with `status` 400, thrown before anything is written.
 */
export async function answerGeneration(engine, body, { response, isChat }) {
  const wish = readWish(engine, body, isChat);
  const answer = createAnswer(engine, wish, response, isChat);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const sequence = await engine.acquire();
  try {
    if (gone.signal.aborted) return;
    answer.begin();
    const finish = await decode(engine.model, sequence, wish, gone.signal, answer.add);
    if (!gone.signal.aborted) answer.end(finish);
  } finally {
    engine.release(sequence);
  }
}

function readWish({ model, contextSize }, body, isChat) {
  const { temperature = 1, seed, stream = false, ignore_eos: ignoreEnd = false } = body ?? {};
  const maxTokens = body?.max_tokens ?? body?.max_completion_tokens ?? DEFAULT_TOKENS;
  if (!Number.isInteger(maxTokens) || maxTokens < 1) throw fault('max_tokens: must be a whole number from 1');
  if (typeof temperature !== 'number' || temperature < 0) throw fault('temperature: must be a number from 0');
  if (body.n !== undefined && body.n !== 1) throw fault('n: only one choice is made');
  if (body.stop != null || body.tools != null) throw fault('stop, tools: not served here');
  const prompt = isChat ? chatTokens(model, body.messages) : promptTokens(model, body.prompt);
  if (prompt.length === 0) throw fault('prompt: must not be empty');
  if (prompt.length + maxTokens > contextSize) {
    throw fault(
      `max_tokens: ${prompt.length} + ${maxTokens} tokens are more than the context of ${contextSize}`,
    );
  }
  const countsUsage = stream && body.stream_options?.include_usage === true;
  return { prompt, maxTokens, temperature, seed, stream, countsUsage, ignoreEnd };
}

function promptTokens(model, prompt) {
  if (typeof prompt === 'string') return model.tokenize(prompt);
  if (Array.isArray(prompt) && prompt.every((id) => Number.isInteger(id) && id >= 0)) return prompt;
  throw fault('prompt: must be a text or a list of token ids');
}

/** Contents one after the other: the models measured here have no chat template. */
function chatTokens(model, messages) {
  const isText = (message) => typeof message?.content === 'string';
  if (!Array.isArray(messages) || !messages.every(isText))
    throw fault('messages: must be a list with texts as content');
  return model.tokenize(messages.map(({ content }) => content).join('\n'));
}

/** Resolves to the reason of the end. `add` gets the number of tokens that are new, and text where there is any. */
async function decode(model, sequence, wish, signal, add) {
  const { prompt, maxTokens, temperature, seed, ignoreEnd } = wish;
  const tokens = sequence.evaluate(prompt, {
    temperature,
    ...(seed !== undefined && { seed }),
    yieldEogToken: true,
  });
  let held = [];
  const before = [];
  for (let made = 1; made <= maxTokens; made++) {
    const { value: token, done } = await tokens.next();
    if (done || signal.aborted) break;
    if (!ignoreEnd && model.isEogToken(token)) {
      await tokens.return();
      return 'stop';
    }
    held.push(token);
    const text = model.detokenize(held, false, before);
    const isWhole = !text.endsWith('\ufffd') || held.length >= MOST_HELD || made === maxTokens;
    add(1, isWhole ? text : '');
    if (!isWhole) continue;
    before.splice(0, before.length, ...held);
    held = [];
  }
  await tokens.return();
  return 'length';
}

function createAnswer({ name }, { prompt, stream, countsUsage }, response, isChat) {
  const id = `${isChat ? 'chatcmpl' : 'cmpl'}-${randomUUID()}`;
  const created = Math.floor(Date.now() / 1000);
  const kind = isChat ? 'chat.completion' : 'text_completion';
  const object = isChat && stream ? `${kind}.chunk` : kind;
  const about = { id, object, created, model: name };
  let outputTokens = 0;
  let whole = '';
  const usage = () => ({
    prompt_tokens: prompt.length,
    completion_tokens: outputTokens,
    total_tokens: prompt.length + outputTokens,
  });
  const send = (value) => response.write(`data: ${JSON.stringify(value)}\n\n`);
  const chunk = (text, finish) => ({
    index: 0,
    ...(isChat ? { delta: text === '' ? {} : { content: text } } : { text }),
    finish_reason: finish,
  });
  return {
    begin() {
      if (stream)
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    },
    add(tokens, text) {
      outputTokens += tokens;
      if (!stream) whole += text;
      else if (text !== '') send({ ...about, choices: [chunk(text, null)] });
    },
    end(finish) {
      if (stream) {
        send({ ...about, choices: [chunk('', finish)] });
        if (countsUsage) send({ ...about, choices: [], usage: usage() });
        response.end('data: [DONE]\n\n');
        return;
      }
      const content = isChat ? { message: { role: 'assistant', content: whole } } : { text: whole };
      const choices = [{ index: 0, ...content, finish_reason: finish }];
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ...about, choices, usage: usage() }));
    },
  };
}

function fault(message) {
  return Object.assign(new Error(message), { status: 400 });
}
