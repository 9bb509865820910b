import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/run-cli.ts';
import { parseSvg } from '../../support/svg-document.ts';
import { type TinyArtefact, writeTinyArtefact } from '../../support/tiny-artefact.ts';

let tiny: TinyArtefact;
let folder: string;
let skills: string;

const EASY = { kind: 'text', mentions: [], minWords: 0, maxWords: 999 };
const HARD = { kind: 'exact', answers: ['no model says this'] };

const example = (skill: string, check: object, user = 'a plane') =>
  JSON.stringify({
    skill,
    messages: [
      { role: 'system', content: 'be' },
      { role: 'user', content: user },
      { role: 'assistant', content: 'yes' },
    ],
    check,
  });

beforeAll(async () => {
  tiny = await writeTinyArtefact({ contextLength: 64 });
  folder = await mkdtemp(join(tmpdir(), 'quept-skills-test-'));
  skills = join(folder, 'skills.jsonl');
  const lines = Array.from({ length: 20 }, (_, i) => example('easy', EASY, `plane ${i}`));
  lines.splice(3, 0, ...Array.from({ length: 7 }, (_, i) => example('hard', HARD, `is it ${i}`)));
  await writeFile(skills, `${lines.join('\n')}\n`);
});
afterAll(async () => {
  await tiny.remove();
  await rm(folder, { recursive: true });
});

async function evaluate(...args: string[]) {
  const said = { stdout: '', stderr: '' };
  const code = await runCli(['eval', tiny.directory, ...args], {
    stdout: { write: (piece) => (said.stdout += piece) },
    stderr: { write: (piece) => (said.stderr += piece) },
  });
  return { code, ...said };
}

describe('quept eval --skills', () => {
  test('counts by skill and config what passes, and tells what failed', async () => {
    const samples = join(folder, 'samples.jsonl');
    const { code, stdout, stderr } = await evaluate(
      ...['--skills', skills, '--configs', 'q8,q4', '--max-tokens', '5', '--samples', samples, '--json'],
    );
    expect(code, stderr).toBe(0);
    const { model, data, examples, maxTokens, configs } = JSON.parse(stdout);
    expect({ model, data, examples, maxTokens }).toEqual({
      model: 'tiny',
      data: 'skills.jsonl',
      examples: 27,
      maxTokens: 5,
    });
    expect(configs).toMatchObject(
      ['q4', 'q8'].map((id) => ({
        id,
        meanAccuracy: 0.5,
        // The tiny model never ends an answer.
        unfinished: 27,
        skills: [
          { skill: 'easy', examples: 20, correct: 20, accuracy: 1, unfinished: 20, failures: [] },
          { skill: 'hard', examples: 7, correct: 0, accuracy: 0, unfinished: 7 },
        ],
      })),
    );
    const { failures } = configs[0].skills[1];
    expect(failures.map(({ question }: { question: string }) => question)).toEqual([
      'is it 0',
      'is it 1',
      'is it 2',
      'is it 3',
      'is it 4',
    ]);
    expect(failures[0]).toMatchObject({ line: 4, reference: 'yes', finished: false });

    const written = (await readFile(samples, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(written).toHaveLength(2 * 27);
    expect(written.filter(({ correct }) => correct)).toHaveLength(2 * 20);
    expect(written[3]).toMatchObject({ config: 'q4', line: 4, skill: 'hard', answer: failures[0].answer });
    expect(written[3].prompt.map(({ role }: { role: string }) => role)).toEqual(['system', 'user']);
    // Two precisions of one random model do not agree on everything.
    expect(written.slice(0, 27).map(({ answer }) => answer)).not.toEqual(
      written.slice(27).map(({ answer }) => answer),
    );
  });

  test('answers what generate answers to the same conversation', async () => {
    const one = join(folder, 'one.jsonl');
    const line = JSON.parse(example('hard', HARD, 'planes'));
    line.messages.shift();
    await writeFile(one, JSON.stringify(line));
    const { stdout } = await evaluate('--skills', one, '--configs', 'q5', '--max-tokens', '12', '--json');
    let text = '';
    await runCli(
      [
        'generate',
        tiny.directory,
        '--chat',
        '--prompt',
        'planes',
        '--precision',
        'q5',
        '--temperature',
        '0',
        '--max-tokens',
        '12',
      ],
      { stdout: { write: (piece) => (text += piece) }, stderr: { write: () => {} } },
    );
    expect(`${JSON.parse(stdout).configs[0].skills[0].failures[0].answer}\n`).toBe(text);
  });

  test('prints a table and draws a chart', async () => {
    const svg = join(folder, 'skills.svg');
    const { code, stdout } = await evaluate(
      ...['--skills', skills, '--examples', '2', '--max-tokens', '3', '--svg', svg],
    );
    expect(code).toBe(0);
    const table = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(table).toContainEqual(['skill', 'asked', 'q4', 'q5', 'q6', 'q7', 'q8']);
    expect(table).toContainEqual(['easy', '2', ...Array(5).fill('100.0')]);
    expect(table).toContainEqual(['hard', '2', ...Array(5).fill('0.0')]);
    expect(table).toContainEqual(['mean', '4', ...Array(5).fill('50.0')]);
    expect(stdout).toContain('answers cut off: q4 4, q5 4');
    const { texts } = parseSvg(await readFile(svg, 'utf8'));
    expect(texts).toEqual(expect.arrayContaining(['easy', 'hard', 'q4', 'q8', 'By skill']));
  });

  test.each([
    ['neither text nor questions', [], /--data, or questions with --skills/],
    ['both', ['--skills', 'SKILLS', '--data', 'SKILLS'], /--data: .*not for --skills/],
    ['what is for texts', ['--skills', 'SKILLS', '--window', '512'], /--window: .*not for --skills/],
    ['what is for questions', ['--data', 'SKILLS', '--samples', 'x'], /--samples: goes with --skills only/],
    ['no such file', ['--skills', '/nowhere.jsonl'], /--skills: .*cannot be read \(ENOENT\)/],
    ['no such config', ['--skills', 'SKILLS', '--configs', 'q4,q9'], /--configs: there is no config 'q9'/],
    ['no tokens', ['--skills', 'SKILLS', '--max-tokens', '0'], /--max-tokens/],
    ['samples over a file', ['--skills', 'SKILLS', '--samples', 'SKILLS'], /--samples: .*is there already/],
    ['a long conversation', ['--skills', 'LONG'], /long\.jsonl, line 2: messages: .*takes \d+ tokens.*is 64/],
    ['one that the template refuses', ['--skills', 'REFUSED'], /line 1: messages: .*a user must begin/],
  ])('%s: one line that says what to do', async (_, args, message) => {
    const files: Record<string, string> = { SKILLS: skills };
    files.LONG = join(folder, 'long.jsonl');
    await writeFile(files.LONG, `${example('easy', EASY)}\n${example('easy', EASY, 'x'.repeat(60))}\n`);
    files.REFUSED = join(folder, 'refused.jsonl');
    const refused = JSON.parse(example('easy', EASY));
    refused.messages[0].role = 'assistant';
    await writeFile(files.REFUSED, JSON.stringify(refused));
    const { code, stdout, stderr } = await evaluate(...args.map((arg) => files[arg] ?? arg));
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at |answering/);
  });
});
