import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSkills } from '../../../../src/calibration/skills/read-skills.ts';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quept-skills-test-'));
  path = join(folder, 'skills.jsonl');
});
afterAll(() => rm(folder, { recursive: true }));

const EXAMPLE = {
  skill: 'sums',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: '1 + 1' },
    { role: 'assistant', content: '2' },
  ],
  check: {
    kind: 'all',
    checks: [
      { kind: 'number', value: 2 },
      { kind: 'contains', any: ['2'] },
    ],
  },
};

async function read(...lines: unknown[]) {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  await writeFile(path, text);
  return readSkills(path);
}

describe('readSkills', () => {
  it('parts the reference answer from the conversation before it', async () => {
    const examples = await read(EXAMPLE, '', { ...EXAMPLE, check: { kind: 'upper-case' } }, ' ');
    expect(examples).toEqual([
      {
        line: 1,
        skill: 'sums',
        prompt: EXAMPLE.messages.slice(0, 2),
        reference: '2',
        check: EXAMPLE.check,
      },
      expect.objectContaining({ line: 3, check: { kind: 'upper-case' } }),
    ]);
  });

  const withCheck = (check: unknown) => ({ ...EXAMPLE, check });
  it.each([
    ['text', '{"skill"', /line 2: not valid JSON/],
    ['something else', [1], /line 2: the whole: .*expected object/],
    ['no skill', { ...EXAMPLE, skill: undefined }, /line 2: skill: /],
    [
      'no answer',
      { ...EXAMPLE, messages: EXAMPLE.messages.slice(0, 2) },
      /line 2: messages: must end with the ref/,
    ],
    [
      'no question',
      { ...EXAMPLE, messages: EXAMPLE.messages.slice(2) },
      /line 2: messages: must hold a question/,
    ],
    [
      'a strange role',
      { ...EXAMPLE, messages: [{ role: 'bot', content: '' }, EXAMPLE.messages[2]] },
      /messages\.0\.role/,
    ],
    ['an unknown check', withCheck({ kind: 'magic' }), /line 2: check\.kind: must be one of exact, number, /],
    [
      'an unknown check within',
      withCheck({ kind: 'all', checks: [{ kind: 'x' }] }),
      /check\.checks\.0\.kind: must be one/,
    ],
    [
      'a field of no check',
      withCheck({ kind: 'question', maxWords: 3, maxWord: 3 }),
      /line 2: check: .*maxWord"/,
    ],
    ['a check without its field', withCheck({ kind: 'json' }), /line 2: check\.value: /],
    ['nothing to look for', withCheck({ kind: 'contains', any: [] }), /line 2: check\.any: /],
    ['a blank to look for', withCheck({ kind: 'starts-with', text: ' ' }), /check\.text: must hold a word/],
    ['a field too many', { ...EXAMPLE, note: '' }, /line 2: the whole: .*note/],
  ])('refuses %s and says where', async (_, line, message) => {
    const refusal = await read(EXAMPLE, line).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'invalid_usage', message: expect.stringMatching(message) });
    expect(refusal).toMatchObject({ message: expect.stringContaining(path) });
  });

  it('refuses a file that is missing or holds nothing', async () => {
    await expect(readSkills(join(folder, 'absent'))).rejects.toThrow(
      /--skills: .*absent cannot be read \(ENOENT\)/,
    );
    await expect(read('', ' ')).rejects.toThrow(/holds no examples/);
  });
});
