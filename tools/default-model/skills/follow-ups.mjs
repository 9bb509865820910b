// @ts-check
import { readData, readWordLists } from '../language/data.mjs';
import { counted } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { fill } from '../language/template.mjs';
import { drawPerson } from '../stories/cast.mjs';
import { ARITHMETIC, drawProblem, equation, problemKey, resultOf } from './arithmetic.mjs';
import { CALENDAR } from './calendar.mjs';
import { conversationOf } from './conversation.mjs';
import { COUNTING } from './counting.mjs';
import { FACTS, relatedFacts } from './facts.mjs';
import { LISTS } from './lists.mjs';
import { NUMBERS } from './numbers.mjs';
import { PERSONA } from './persona.mjs';
import { askAbout } from './reading.mjs';
import { REFUSALS } from './refusals.mjs';
import { requestStory } from './stories.mjs';
import { UNIT_CONVERSIONS } from './units.mjs';
import { WORDS } from './words.mjs';

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {import('./conversation.mjs').Turn} Turn */

const { replies, ...questions } = readData('follow-ups');
/** @type {Record<string, import('../language/phrases.mjs').Phrases>} */
const PHRASES = questions;
const { plainColours, fruit } = readWordLists('things', 'plainColours', 'fruit');
const { animals, spelling } = readWordLists('words', 'animals', 'spelling');
const { cities } = readWordLists('names', 'cities');

/** What somebody may want to have remembered. */
const SORTS = { colour: plainColours, animal: animals, fruit, city: cities, number: null, word: spelling };

/** Skills with short answers, among which one can jump. */
const SHORT = [
  ARITHMETIC,
  FACTS,
  LISTS,
  NUMBERS,
  CALENDAR,
  UNIT_CONVERSIONS,
  WORDS,
  COUNTING,
  PERSONA,
  REFUSALS,
];

const MOST = 999;

/** @type {Record<string, { weight: number, turns: (random: Random, split: Split) => Turn[] }>} */
const KINDS = {
  sums: { weight: 4, turns: sums },
  series: {
    weight: 3,
    turns: (random, split) => {
      const { first, second, subject, kind } = relatedFacts(random, split);
      return [first, { ...second, user: say(random, split, phrasesOf(kind), { x: subject }) }];
    },
  },
  story: { weight: 5, turns: storyAndQuestion },
  name: {
    weight: 3,
    turns: (random, split) => {
      const { name } = drawFor(
        split,
        'my-name',
        () => drawPerson(random),
        (drawn) => [drawn.name],
      );
      const met = stated(random, split, 'meet', 'met', { name });
      const asked = answered(say(random, split, phrasesOf('myName')), `Your name is ${name}.`, name);
      return [met, ...between(random, split), asked];
    },
  },
  thing: { weight: 2, turns: favourite },
  list: { weight: 3, turns: listAndQuestion },
  repeat: {
    weight: 2,
    turns: (random, split) => {
      const turn = random.pick(SHORT).turn(random, split);
      return [turn, { ...turn, user: say(random, split, phrasesOf('repeat')) }];
    },
  },
  thanks: {
    weight: 1,
    turns: (random, split) => {
      const turn = random.pick(SHORT.filter((skill) => skill !== PERSONA)).turn(random, split);
      return [turn, stated(random, split, 'thanks', 'welcome', {}, 'welcome')];
    },
  },
  jump: {
    weight: 4,
    turns: (random, split) =>
      random.sample(SHORT, random.between(2, 4)).map((skill) => skill.turn(random, split)),
  },
};

/** @param {string} name */
function phrasesOf(name) {
  const phrases = PHRASES[name];
  if (phrases === undefined) throw new Error(`follow-ups.json has no phrases '${name}'`);
  return phrases;
}

/** @param {string} user @param {string} answer @param {string} found @returns {Turn} */
function answered(user, answer, found) {
  return { user, answer, brief: found, check: { kind: 'contains', any: [found], maxWords: 20 } };
}

/**
 * Something said rather than asked, and the polite answer.
 *
 * @param {Random} random
 * @param {Split} split
 * @param {string} said
 * @param {string} reply
 * @param {import('../language/template.mjs').Values} values
 * @param {string} [found]
 */
function stated(random, split, said, reply, values, found = 'you') {
  return answered(
    say(random, split, phrasesOf(said), values),
    fill(random.pick(/** @type {string[]} */ (replies[reply])), random, values),
    found,
  );
}

/** Now and then something else is talked about before. @param {Random} random @param {Split} split */
function between(random, split) {
  return random.chance(0.4) ? [random.pick(SHORT).turn(random, split)] : [];
}

/** @param {Random} random @param {Split} split @returns {Turn[]} */
function sums(random, split) {
  const problem = drawProblem(random, split);
  const start = resultOf(problem);
  const first = equation(problem).split(' = ')[0] ?? '';
  const turns = [
    { user: random.pick([first, `What is ${first}?`]), answer: equation(problem), check: numberCheck(start) },
  ];
  let value = start;
  for (let steps = random.between(1, 2); steps > 0; steps--) {
    const next = nextProblem(random, split, value);
    const name = { addition: 'plus', subtraction: 'minus', multiplication: 'times', division: '' }[
      next.operation
    ];
    value = resultOf(next);
    const user = say(random, split, phrasesOf(name), { n: next.b });
    turns.push({ user, answer: equation(next), check: numberCheck(value) });
  }
  return turns;
}

/** @param {number} value */
function numberCheck(value) {
  return { kind: /** @type {const} */ ('number'), value };
}

/** What can be done with a result. @param {Random} random @param {Split} split @param {number} a */
function nextProblem(random, split, a) {
  const draw = () => {
    if (a < 11 && random.chance(0.3)) {
      return { operation: /** @type {const} */ ('multiplication'), a, b: random.between(2, 10) };
    }
    const b = random.between(1, random.pick([9, 20, 50]));
    const down = b <= a && (a + b > MOST || random.chance(0.5));
    return {
      operation: down ? /** @type {const} */ ('subtraction') : /** @type {const} */ ('addition'),
      a,
      b,
    };
  };
  return drawFor(split, 'sums', draw, problemKey);
}

/** @param {Random} random @param {Split} split @returns {Turn[]} */
function storyAndQuestion(random, split) {
  for (;;) {
    const { story, turn } = requestStory(random, split);
    const asked = askAbout(random, split, story, turn.answer);
    if (asked === null) continue;
    const answer = `${asked.answer.charAt(0).toUpperCase()}${asked.answer.slice(1)}.`;
    return [turn, answered(asked.question, answer, asked.found)];
  }
}

/** @param {Random} random @param {Split} split @returns {Turn[]} */
function favourite(random, split) {
  const draw = () => {
    const sort = random.pick(/** @type {(keyof typeof SORTS)[]} */ (Object.keys(SORTS)));
    return { sort, value: random.pick(SORTS[sort] ?? Array.from({ length: 90 }, (_, i) => String(i + 2))) };
  };
  const { sort, value } = drawFor(split, 'favourite', draw, (drawn) => [drawn.sort, drawn.value]);
  const told = stated(random, split, 'thing', 'noted', { sort, value }, value);
  const user = say(random, split, phrasesOf('whichThing'), { sort });
  return [told, ...between(random, split), answered(user, `Your favourite ${sort} is ${value}.`, value)];
}

/** @param {Random} random @param {Split} split @returns {Turn[]} */
function listAndQuestion(random, split) {
  let turn = LISTS.turn(random, split);
  while (turn.check.kind !== 'list') turn = LISTS.turn(random, split);
  const { items } = turn.check;
  const kind = random.pick(/** @type {const} */ (['reverse', 'reverse', 'count', 'firstOne', 'lastOne']));
  const user = say(random, split, phrasesOf(kind));
  if (kind === 'reverse') {
    const reversed = [...items].reverse();
    return [turn, { user, answer: reversed.join(', '), check: { kind: 'list', items: reversed } }];
  }
  if (kind === 'count')
    return [turn, { user, answer: `${counted(items.length, 'item')}.`, check: numberCheck(items.length) }];
  const item = (kind === 'firstOne' ? items[0] : items.at(-1)) ?? '';
  return [turn, { user, answer: item, check: { kind: 'exact', answers: [item] } }];
}

/** @type {import('./conversation.mjs').Skill} */
export const FOLLOW_UPS = {
  name: 'follow-ups',
  casual: false,
  phrases: PHRASES,
  generate: (random, split) => {
    const kinds = Object.values(KINDS);
    const kind = kinds[random.weighted(kinds.map(({ weight }) => weight))];
    if (kind === undefined) throw new RangeError('no follow-up');
    return conversationOf(kind.turns(random, split));
  },
};
