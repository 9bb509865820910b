// @ts-check
import { readData, readWordLists } from '../language/data.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { fill } from '../language/template.mjs';
import { drawPerson } from '../stories/cast.mjs';
import { ARITHMETIC } from './arithmetic.mjs';
import { CALENDAR } from './calendar.mjs';
import { conversationOf } from './conversation.mjs';
import { COUNTING } from './counting.mjs';
import { DESCRIBE } from './describe.mjs';
import { FACTS } from './facts.mjs';
import { asJson } from './fields.mjs';
import { LISTS } from './lists.mjs';
import { NUMBERS } from './numbers.mjs';
import { UNIT_CONVERSIONS } from './units.mjs';
import { WORDS } from './words.mjs';

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {import('./conversation.mjs').Turn} Turn */
/** @typedef {{ system: string, turns: Turn[] }} Instructed */

const data = readData('system-prompts');
const { keys: JSON_KEYS, ...PHRASES } = data;
const { spelling } = readWordLists('words', 'spelling');

/** Skills with an answer of a few words, of which the bare answer is known. */
const BARE = [ARITHMETIC, FACTS, FACTS, NUMBERS, CALENDAR, UNIT_CONVERSIONS, WORDS, COUNTING];
const SHORT = [...BARE, LISTS];

/** Ways of speaking: something said before the answer and after it. */
const TONES = ['pirate', 'polite', 'cheerful', 'teacher'];

/** @type {Record<string, { weight: number, draw: (random: Random, split: Split) => Instructed }>} */
const KINDS = {
  named: { weight: 4, draw: named },
  tone: { weight: 6, draw: inTone },
  brief: { weight: 5, draw: (random, split) => eachTurn(random, split, 'brief', {}, BARE, briefly) },
  bullets: { weight: 4, draw: bulleted },
  json: { weight: 5, draw: inJson },
  capitals: {
    weight: 5,
    draw: (random, split) => eachTurn(random, split, 'capitals', {}, SHORT, inCapitals),
  },
  begin: { weight: 2, draw: (random, split) => framed(random, split, 'begin') },
  end: { weight: 2, draw: (random, split) => framed(random, split, 'end') },
  secret: { weight: 3, draw: secret },
};

/**
 * One or two turns under an instruction, each changed in the same way.
 *
 * @param {Random} random
 * @param {Split} split
 * @param {string} name
 * @param {import('../language/template.mjs').Values} values
 * @param {import('./conversation.mjs').SingleTurnSkill[]} skills
 * @param {(turn: Turn) => Turn} change
 * @returns {Instructed}
 */
function eachTurn(random, split, name, values, skills, change) {
  const count = random.pick([1, 1, 1, 2]);
  const turns = Array.from({ length: count }, () => change(bareTurn(random, split, skills)));
  return { system: say(random, split, data[name], values), turns };
}

/** A turn that does not itself say what form the answer has. @param {Random} random @param {Split} split @param {import('./conversation.mjs').SingleTurnSkill[]} skills */
function bareTurn(random, split, skills) {
  for (;;) {
    const turn = random.pick(skills).turn(random, split);
    if (!turn.answer.includes('\n')) return turn;
  }
}

/** What an answer has to say, whatever is said around it. @param {Turn} turn @returns {import('./conversation.mjs').Check} */
function substance({ brief, check }) {
  if (check.kind === 'number') return check;
  if (check.kind === 'text') {
    const { sentences, ...others } = check;
    return others;
  }
  return brief === undefined ? check : { kind: 'contains', any: [brief] };
}

/** @param {string} answer such as "2 + 3 = 5" */
function asSentence(answer) {
  return /[.!?]"?$/.test(answer) ? answer : `${answer}.`;
}

/** @param {Turn} turn @returns {Turn} */
function briefly(turn) {
  const answer = turn.brief ?? turn.answer;
  return { ...turn, answer, check: { kind: 'exact', answers: [answer] } };
}

/** @param {Turn} turn @returns {Turn} */
function inCapitals(turn) {
  return {
    ...turn,
    answer: turn.answer.toUpperCase(),
    check: { kind: 'all', checks: [turn.check, { kind: 'upper-case' }] },
  };
}

/** @param {Random} random @param {Split} split @returns {Instructed} */
function named(random, split) {
  const { name } = drawFor(
    split,
    'assistant-name',
    () => drawPerson(random),
    (drawn) => [drawn.name],
  );
  /** @type {Turn} */
  const asked = {
    user: say(random, split, data.named.ask),
    answer: fill(random.pick(data.named.answers), random, { name }),
    check: { kind: 'contains', any: [name], maxWords: 20 },
  };
  const before = random.chance(0.3) ? [bareTurn(random, split, SHORT)] : [];
  return { system: say(random, split, data.named, { name }), turns: [...before, asked] };
}

/** @param {Random} random @param {Split} split @returns {Instructed} */
function inTone(random, split) {
  const name = random.pick(TONES);
  const { before, after } = data[name];
  return eachTurn(random, split, name, {}, [...BARE, DESCRIBE], (turn) => ({
    ...turn,
    answer: `${random.pick(before)}${asSentence(turn.answer)}${random.pick(after)}`,
    check: {
      kind: 'all',
      checks: [
        { kind: 'contains', any: [...before, ...after].filter(Boolean).map((text) => text.trim()) },
        substance(turn),
      ],
    },
  }));
}

/** @param {Random} random @param {Split} split @returns {Instructed} */
function bulleted(random, split) {
  const system = say(random, split, data.bullets);
  if (random.chance(0.3)) {
    const turn = DESCRIBE.turn(random, split);
    const items = turn.answer.split(/(?<=\.) /);
    return {
      system,
      turns: [
        {
          ...turn,
          answer: asBullets(items),
          check: { kind: 'all', checks: [turn.check, { kind: 'bullets' }] },
        },
      ],
    };
  }
  let turn = LISTS.turn(random, split);
  while (turn.check.kind !== 'list') turn = LISTS.turn(random, split);
  const { items } = turn.check;
  return { system, turns: [{ ...turn, answer: asBullets(items), check: { kind: 'bullets', items } }] };
}

/** @param {readonly string[]} items */
function asBullets(items) {
  return items.map((item) => `- ${item}`).join('\n');
}

/** @param {Random} random @param {Split} split @returns {Instructed} */
function inJson(random, split) {
  const named = random.chance(0.6);
  const key = named ? random.pick(JSON_KEYS) : 'answer';
  return eachTurn(random, split, named ? 'jsonKey' : 'json', { key }, BARE, (turn) => {
    const bare = turn.brief ?? turn.answer;
    const value = { [key]: /^\d+$/.test(bare) ? Number(bare) : bare };
    return { ...turn, answer: asJson(value), check: { kind: 'json', value } };
  });
}

/** @param {Random} random @param {Split} split @param {'begin' | 'end'} place @returns {Instructed} */
function framed(random, split, place) {
  const word = random.pick(/** @type {string[]} */ (data[place].words[split]));
  const begins = place === 'begin';
  return eachTurn(random, split, place, { word }, BARE, (turn) => ({
    ...turn,
    answer: begins ? `${word} ${turn.answer}` : `${asSentence(turn.answer)} ${word}`,
    check: {
      kind: 'all',
      checks: [{ kind: begins ? 'starts-with' : 'ends-with', text: word }, substance(turn)],
    },
  }));
}

/** @param {Random} random @param {Split} split @returns {Instructed} */
function secret(random, split) {
  const { word, number } = drawFor(
    split,
    'secret',
    () => ({ word: random.pick(spelling), number: random.between(100, 9999) }),
    (drawn) => [drawn.word, drawn.number],
  );
  const answer = random.pick(/** @type {string[]} */ (data.secret.answers));
  return {
    system: say(random, split, data.secret, { word, number }),
    turns: [
      {
        user: say(random, split, data.secret.ask),
        answer,
        check: {
          kind: 'contains',
          any: ['cannot share', 'stays secret'],
          none: [word, String(number)],
          maxWords: 20,
        },
      },
    ],
  };
}

/** A system prompt that changes nothing. @param {Random} random @param {Split} split */
export function neutralPrompt(random, split) {
  return say(random, split, data.neutral);
}

/** @type {import('./conversation.mjs').Skill} */
export const SYSTEM_PROMPTS = {
  name: 'system-prompts',
  casual: false,
  phrases: PHRASES,
  generate: (random, split) => {
    const kinds = Object.values(KINDS);
    const kind = kinds[random.weighted(kinds.map(({ weight }) => weight))];
    if (kind === undefined) throw new RangeError('no system prompt');
    const { system, turns } = kind.draw(random, split);
    const { messages, check } = conversationOf(turns);
    return { messages: [{ role: 'system', content: system }, ...messages], check };
  },
};
