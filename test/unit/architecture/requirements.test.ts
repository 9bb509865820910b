import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { REQUIREMENTS } from '../../requirements.ts';

const TEST_FOLDER = join(import.meta.dirname, '../..');

/** Ids cited as `[A1]` in the title of a test or suite that is not skipped outright. */
function citations(path: string, text: string): string[] {
  const cited: string[] = [];
  new Visitor({
    CallExpression: ({ callee, arguments: [title] }) => {
      const source = text.slice(callee.start, callee.end);
      if (!/^(it|test|describe)\b/.test(source) || /\.(skip|todo)\b/.test(source)) return;
      if (title?.type !== 'Literal' || typeof title.value !== 'string') return;
      cited.push(...[...title.value.matchAll(/\[([A-Z]\d+)\]/g)].map((match) => match[1] as string));
    },
  }).visit(parseSync(path, text).program);
  return cited;
}

const cited = new Set(
  readdirSync(TEST_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .flatMap((path) => citations(path, readFileSync(join(TEST_FOLDER, path), 'utf8'))),
);

describe('the promised behaviours', () => {
  it('are each cited by a test', () => {
    expect(Object.keys(REQUIREMENTS).filter((id) => !cited.has(id))).toEqual([]);
  });

  it('are the only ones that tests cite', () => {
    expect([...cited].filter((id) => !Object.hasOwn(REQUIREMENTS, id))).toEqual([]);
  });

  it('do not count when only a skipped test or a comment cites them', () => {
    const text =
      "it.skip('[Z1] a', f); test.todo('[Z2] b'); // [Z3]\nit('[Z4] c', f); it.each([1])('[Z5] d', f);";
    expect(citations('a.test.ts', text)).toEqual(['Z4', 'Z5']);
  });
});
