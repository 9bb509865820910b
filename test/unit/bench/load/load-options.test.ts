import { describe, expect, it } from 'vitest';
import { generationBody } from '../../../../src/bench/load/generation-body.ts';
import { parseTarget, targetUrl } from '../../../../src/bench/load/load-target.ts';
import { parseTierTargets } from '../../../../src/bench/load/load-targets.ts';

describe('an address', () => {
  it.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/v1/models'],
    ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080/v1/models'],
    ['http://127.0.0.1:8080/v1/', 'http://127.0.0.1:8080/v1/models'],
    ['https://host/proxy/llm/v1', 'https://host/proxy/llm/v1/models'],
  ])('%s leads to %s', (text, url) => {
    expect(targetUrl(parseTarget(text, null), '/v1/models').href).toBe(url);
  });

  it.each(['127.0.0.1:8080', 'ftp://host', 'http://me:secret@host', 'http://host/?a=b', ''])(
    'is not %s',
    (text) => {
      expect(() => parseTarget(text, null)).toThrow('--url: ');
      expect(() => parseTarget(text, null)).not.toThrow('secret');
    },
  );
});

describe('targets by tier', () => {
  it('are read', () => {
    expect(parseTierTargets('priority:200:50, flex:5000:-', '--slo')).toEqual({
      priority: { ttftMs: 200, tpotMs: 50 },
      flex: { ttftMs: 5000, tpotMs: null },
    });
  });

  it.each(['priority', 'priority:1', 'first:1:2', 'flex:0:5', 'flex:1.2.3:5'])('are not %s', (text) => {
    expect(() => parseTierTargets(text, '--slo')).toThrow(`--slo: '${text}' is not like priority:200:50`);
  });

  it('are named once', () => {
    expect(() => parseTierTargets('flex:1:1,flex:2:2', '--slo')).toThrow('name each tier once');
  });
});

describe('a body', () => {
  const wish = { model: 'm', temperature: 0, ignoreEnd: false, precision: null };
  const details = { text: 'a b', outputTokens: 5, stream: true, tier: null };

  it('holds extensions only where they are asked for', () => {
    expect(generationBody('chat', wish, details)).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'a b' }],
      max_tokens: 5,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(
      generationBody(
        'completions',
        { ...wish, ignoreEnd: true, precision: 'q4..q8' },
        { ...details, tier: 'flex' },
      ),
    ).toMatchObject({ prompt: 'a b', ignore_eos: true, precision: 'q4..q8', service_tier: 'flex' });
  });
});
