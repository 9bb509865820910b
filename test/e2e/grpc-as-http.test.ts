import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallOutcome, GrpcClient, type Reply, trailer } from '../support/grpc-client.ts';
import { type ServerProcess, spawnServer } from '../support/spawn-server.ts';
import { type TinyArtefact, writeTinyArtefact } from '../support/tiny-artefact.ts';

let artefact: TinyArtefact;
let server: ServerProcess;
let client: GrpcClient;

beforeAll(async () => {
  artefact = await writeTinyArtefact({ contextLength: 256 });
  // Each prompt is computed as the one before was, so that the same request has the same bits.
  server = await spawnServer(artefact.directory, ['--prefix-cache', 'off']);
  client = new GrpcClient(String(server.announced.grpcAddress));
});

afterAll(async () => {
  client?.close();
  await server?.kill();
  await artefact?.remove();
});

async function post(path: string, body: object): Promise<Reply> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer: Reply = await response.json();
  expect([response.status, answer.error]).toEqual([200, undefined]);
  return answer;
}

async function call(method: string, request: object): Promise<CallOutcome> {
  const outcome = await client.call(method, { model: 'tiny', ...request });
  expect([outcome.status.code, outcome.status.details]).toEqual([0, 'OK']);
  return outcome;
}

/** The choices of a whole answer. */
const choices = async (method: string, request: object): Promise<Reply[]> =>
  (await call(method, request)).replies[0].choices;

/** A token as `/v1/chat/completions` tells of it. */
const asChatToken = ({ text, logprob, bytes }: Reply) => ({
  token: text,
  logprob,
  bytes: bytes.length === 0 ? null : [...bytes],
});
const asChatLogprobs = (tokens: readonly Reply[]) =>
  tokens.map(({ logprobs: { chosen, top } }) => ({
    ...asChatToken(chosen),
    top_logprobs: top.map(asChatToken),
  }));

const DRAWN = { temperature: 0.9, top_p: 0.95, seed: 11, max_tokens: 12 };
const PINNED = { precision: { config_id: 'q4' } };
const MESSAGES = [{ role: 'user', content: 'tell me of the cat' }];
const CONVERSATION = [{ role: 'CHAT_ROLE_USER', content: 'tell me of the cat' }];

describe('the same request over HTTP and gRPC', () => {
  it('[G10] has the same tokens with the same log-probabilities, whole and streamed', async () => {
    const told = { logprobs: true, top_logprobs: 3 };
    const body = { ...DRAWN, ...told, model: 'tiny@q4', messages: MESSAGES };
    const http = await post('/v1/chat/completions', body);
    const [wanted] = http.choices;
    const request = { messages: CONVERSATION, options: { ...DRAWN, ...told, ...PINNED } };
    const outcome = await call('Chat', request);
    const [{ info, choices: answers, result }] = outcome.replies as [Reply];
    expect(answers[0].message.content).toBe(wanted.message.content);
    expect(answers[0].tokens).toHaveLength(12);
    expect(asChatLogprobs(answers[0].tokens)).toEqual(wanted.logprobs.content);
    for (const { id, logprobs } of answers[0].tokens) expect(logprobs.chosen.token_id).toBe(id);
    expect(info.system_fingerprint).toBe(http.system_fingerprint);
    expect(JSON.parse(trailer(outcome, 'x-precision-report') ?? '')).toEqual(http.precision);
    expect(result.usage).toEqual({
      prompt_tokens: http.usage.prompt_tokens,
      completion_tokens: http.usage.completion_tokens,
      cached_tokens: http.usage.prompt_tokens_details.cached_tokens,
    });
    const { replies } = await call('ChatStream', request);
    const streamed = replies.flatMap(({ event, delta }) => (event === 'delta' ? delta.tokens : []));
    expect(asChatLogprobs(streamed)).toEqual(wanted.logprobs.content);
  });

  it('[G10] has the same choices of the same prompts, each after its prompt', async () => {
    const ids = artefact.encode('a hat');
    const prompts = ['the cat', 'once upon'];
    const fields = { ...DRAWN, n: 2, max_tokens: 6 };
    const texts = await post('/v1/completions', { ...fields, model: 'tiny@q4', prompt: prompts, echo: true });
    const batch = { prompts: prompts.map((text) => ({ text })) };
    const options = { ...fields, ...PINNED };
    const answers = await choices('Generate', { batch, echo: true, options });
    expect(answers.map(({ index, text }) => [index, text])).toEqual(
      texts.choices.map(({ index, text }: Reply) => [index, text]),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(4);
    const tokens = await post('/v1/completions', { ...fields, model: 'tiny@q4', prompt: ids });
    const same = await choices('Generate', { tokens: { ids }, options });
    expect(same.map(({ text }) => text)).toEqual(tokens.choices.map(({ text }: Reply) => text));
  });

  it.each([3, 0])(
    '[G10] tells the same of a prompt that is repeated before %i tokens',
    async (max_tokens) => {
      const fields = { temperature: 0, max_tokens, echo: true };
      const body = { ...fields, model: 'tiny@q4', prompt: 'the cat sat', logprobs: 2 };
      const wanted = (await post('/v1/completions', body)).choices[0];
      const options = { temperature: 0, max_tokens, logprobs: true, top_logprobs: 2, ...PINNED };
      const [answer] = await choices('Generate', { text: 'the cat sat', echo: true, options });
      expect(answer.text).toBe(wanted.text);
      const positions = [...answer.prompt_logprobs, ...answer.tokens.map(({ logprobs }: Reply) => logprobs)];
      expect(positions.map(({ chosen }) => chosen.text)).toEqual(wanted.logprobs.tokens);
      expect(positions.map(({ chosen }) => chosen.logprob ?? null)).toEqual(wanted.logprobs.token_logprobs);
      expect('logprob' in positions[0].chosen).toBe(false);
      positions.slice(1).forEach(({ chosen, top }, i) => {
        const named = [...top, chosen].map(({ text, logprob }) => [text, logprob]);
        expect(Object.fromEntries(named)).toEqual(wanted.logprobs.top_logprobs[i + 1]);
      });
    },
  );

  it('[G10] obeys a bias, and knows no token outside of the vocabulary', async () => {
    const greedy = { temperature: 0, max_tokens: 4, ...PINNED };
    const [free] = await choices('Generate', { text: 'the cat', options: greedy });
    const id = free.tokens[0].id as number;
    const forbidden = { ...greedy, logit_bias: { [id]: -100 } };
    const [other] = await choices('Generate', { text: 'the cat', options: forbidden });
    expect(other.tokens.map((token: Reply) => token.id)).not.toContain(id);
    const forced = { ...greedy, logit_bias: { [id]: 100 } };
    const [same] = await choices('Generate', { text: 'a hat', options: forced });
    expect(same.tokens.map((token: Reply) => token.id)).toEqual([id, id, id, id]);
    const outside = { ...greedy, logit_bias: { 999999: 1 } };
    const refused = await client.call('Generate', { model: 'tiny', text: 'a', options: outside });
    expect([refused.status.code, trailer(refused, 'x-error-param')]).toEqual([3, 'options.logit_bias']);
  });

  it('[G10] names the prompt at fault where there are several', async () => {
    const asked = { model: 'tiny', prompt: [[5], [5, 999999], [6]], n: 2 };
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/v1/completions`, {
      method: 'POST',
      headers,
      body: JSON.stringify(asked),
    });
    const { error }: Reply = await answer.json();
    expect([answer.status, error.code, error.param]).toEqual([400, 'invalid_request', 'prompt[1]']);
    expect(error.message).toMatch(/^Of prompt 1 \(counted from 0\): Token 999999 at position 1 /);
    const prompts = asked.prompt.map((ids) => ({ tokens: { ids } }));
    const refused = await client.call('Generate', { model: 'tiny', batch: { prompts } });
    expect([refused.status.code, trailer(refused, 'x-error-param')]).toEqual([3, 'batch.prompts[1]']);
  });

  it('[G10] has the same text of the same tokens', async () => {
    const ids = artefact.encode('the cat sat');
    const { prompt } = await post('/detokenize', { tokens: ids });
    const { replies } = await call('Detokenize', { token_ids: ids });
    expect(replies[0].text).toBe(prompt);
    expect(prompt).toBe('the cat sat');
    const refused = await client.call('Detokenize', { model: 'tiny', token_ids: [5, 999_999] });
    expect([refused.status.code, trailer(refused, 'x-error-param')]).toEqual([3, 'token_ids']);
    const long = await client.call('Detokenize', { model: 'tiny', token_ids: Array(257).fill(5) });
    expect(trailer(long, 'x-error-code')).toBe('context_length_exceeded');
  });
});
