// @ts-check
import { readWordLists } from '../language/data.mjs';
import { counted, plural } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { drawPerson, drawPlaces } from '../stories/cast.mjs';
import { singleTurnSkill } from './conversation.mjs';

const words = readWordLists('words', 'common', 'animals', 'fruit');

const PHRASES = {
  items: {
    train: [
      'How many [words|items|things] are in this list: {list}?',
      'Count the [words|items|things]: {list}',
      'How many [words|items] are there: {list}?',
      'Count how many [words|items] this list has: {list}',
      '[Can|Could] you count the [words|items|things] [in|on] this list: {list}?',
      '[Please count|Count up|Count] [all|all of] the [words|items|things] in the list {list}.',
      '[Tell me|Say|Find out|Please tell me] how many [words|items|things] [there are|are] in this list: {list}',
      'Tell me the [length|size] of this list: {list}',
      '[What is the number of [words|items|things] in the list {list}?|[Give me|Find] the number of [words|items|things] in the list {list}.]',
      'Here is my list: {list}. How many [words|items|things] are [on it|in it|there]?',
      'I have a list: {list}. How [long|big] is it?',
      'I wrote down {list}. How many [words|items|things] is that[ in all| in total|]?',
      'The list is {list}. [Count the items.|How many items does it have?|How many are there?]',
      '[My words are|Here are my words:] {list}. How many [words|of them] do I have?',
      'How long is [the|this] list: {list}?',
      'How long is the list {list}?',
      'How many [words|items|things|entries] does [the list {list} have|this list have: {list}|the list have: {list}]?',
      'How many [words|items|things] do you [see|count|find|read] [here|in this list]: {list}?',
      'How many [words|items|things] did I [name|say|list|write]: {list}?',
      'How many [words|items|things] are [named|listed|written] here: {list}?',
      '[I would like|I want] to know how many [words|items|things] are in {list}.',
      '[I need|We need] the number of [words|items|things] here: {list}',
      '{list} - how many [words|items|things] [is that|are there|are these]?',
      '{list}. [How many is that?|How many did I name?|Please count them.|Count these, please.]',
      '[Count|Number of items|Number of words|How many|Total|List length]: {list}',
      '[I have homework.|For my class:] How many words are in the list {list}?',
      '[I am packing my bag.|I am going to the shop.|We are playing a game.] How many things are on my list: {list}?',
      'If you count [the words in|the items in|the things in] {list}, what [number|total] do you get?',
      'In the list {list}, how many [words|items|things] [are there|do you count|can you find]?',
      '[Can you help me count the [words|items|things] in this list: {list}?|Help me count the [words|items|things] in this list: {list}]',
      '[Take|Look at] the list {list} and [count|tell me the number of] its items.',
      '[Count|Go through] this list and tell me [the total|how many there are]: {list}',
      '[What is|Tell me|Give me|Say] the [length|size] of {list}[?|.]',
      '{list}: [what length has this list|how long is this|how many is this|what is the length]?',
      '[Here is|Here you have|This is|You see] a list: {list}. [How long is it?|Tell me its length.|Tell me its size.|Count it.|What number of items has it?|How many words is that?]',
      'What [length|size] does [this list have: {list}|the list {list} have]?',
      'The list {list} has [how many items|what length|which length]?',
      '[What|Which] number of [words|items|things] is in {list}?',
      '[Of|From] how many [words|items|things] is this list made: {list}?',
      'If this is a list, how long is it? {list}',
    ],
    test: ['Here is a list: {list}. What is its length?'],
  },
  repeats: {
    train: [
      'How many times does {word} come in this list: {list}?',
      'How often is {word} in the list {list}?',
      'Count the word {word}: {list}',
      'How many {many} are in this list: {list}?',
      'How many times [is|does it say|do you read|do you find] {word} in this list: {list}?',
      'How many times does [the word |]{word} [appear|occur|show up|come up] in {list}?',
      'How often does [the word |]{word} [appear|occur|come|show up] in [the list|this list:] {list}?',
      'How often [do I say|did I write|is there|do you find] {word} [here|in this list]: {list}?',
      '[Count|Please count|Can you count] how [many times|often] {word} [is|comes|appears] in this list: {list}',
      '[Count|Please count|Count all|Count only] the {many} in [the list|this list:] {list}.',
      '[Count|Please count] every {word} in this list: {list}',
      '[Tell me|Say|Find out|Please tell me] how [often|many times] {word} [comes|is|appears] in {list}.',
      '[Tell me|Say|Find out] how many {many} [there are|are] in {list}.',
      'Here is my list: {list}. How many times is {word} [on it|in it|there]?',
      'I have a list: {list}. How many {many} [are in it|do I have|can you count]?',
      'I wrote {list}. How [often|many times] did I write {word}?',
      'The list is {list}. [Count the word {word}.|How often does it have {word}?|How many times does it say {word}?]',
      'In the list {list}, how [often|many times] [is there|does it say|do we have] {word}?',
      'In {list}, how many {many} [are there|do you count|can you find]?',
      '[What is the number of {many} in the list {list}?|[Give me|Find] the number of {many} in the list {list}.]',
      'What is the number of times that {word} [comes|appears] in {list}?',
      '[I would like|I want] to know how [often|many times] {word} is in this list: {list}',
      '[I need|We need] the number of {many} here: {list}',
      '{list} - how many {many} [are there|is that|do you see]?',
      '{list}. How [often|many times] [did I say|does it say|is there] {word}?',
      '[How many|Number of|Count of] {many}: {list}',
      'How often {word}: {list}',
      '[I have homework.|For my class:] How many times is the word {word} in {list}?',
      'We saw {list}. How many {many} did we see?',
      'How many of these [words|items] are {word}: {list}?',
      'How many of [these|them] are {many}: {list}?',
      'Among {list}, how many times do you [find|count] {word}?',
      '[Can you help me count the {many} in this list: {list}?|Help me count the {many} in this list: {list}]',
      '[Take|Read] the list {list} and count [the {many}|how often it says {word}].',
      'The word {word} [may|can] come more than once. How many times is it in {list}?',
      '[Look at|See|Read|Take] {list}. How [often|many times] [is {word} there|do you read {word}|does it say {word}|do you find {word}|can you see {word}|is it {word}]?',
      '[Look at|See|Read|Take] {list}. [Count|Tell me the number of] [{word}|the {many}|all {many}].',
      '{list}: how [often|many times] [do you see|is there|can you find] {word}?',
      'How often can {word} be [seen|found|read] in {list}?',
      '[What|Which] number of times do you see {word} in {list}?',
      '[Of|Among] {list}, how many are {word}?',
      '{word}: how often is it in {list}?',
    ],
    test: ['Look at {list}. How often do you see {word}?'],
  },
  sentence: {
    train: [
      'How many words are in the sentence “{sentence}”?',
      'Count the words: {sentence}',
      'Count the words in “{sentence}”',
      'How many words [are in this sentence|does this sentence have]: {sentence}',
      'How many words does the sentence “{sentence}” have?',
      'How many words are [there in|in] “{sentence}”?',
      'How many words [do you count|do you see|can you count|do you read] in “{sentence}”?',
      'How many words [is this|are these|are here]: {sentence}',
      '“{sentence}” How many words is [that|this]?',
      '“{sentence}” - how many words [are in this sentence|does this have|are there]?',
      '“{sentence}” [Count the words.|Please count the words in this sentence.|How many words did I write?]',
      '[Can|Could] you count the words in [this sentence|my sentence|the sentence]: “{sentence}”',
      '[Can|Could] you tell me how many words are in “{sentence}”?',
      '[Please count|Count up|Count all|Count] the words [in|of] [this sentence|the sentence|my sentence]: {sentence}',
      '[Tell me|Say|Find out|Please tell me] how many words [there are|are] in this sentence: {sentence}',
      '[Tell me|Give me|Find|I need] the number of words in “{sentence}”.',
      'The sentence is “{sentence}” [How many words does it have?|Count its words.|How many words long is it?]',
      'Here is [a|my] sentence: “{sentence}” How many words [does it have|are in it|are there]?',
      'I wrote [this sentence|this]: “{sentence}” How many words [did I write|is it|does it have]?',
      'My teacher [wrote|said] “{sentence}” How many words is that?',
      'Read “{sentence}” and count the words.',
      'Read this sentence and tell me how many words it has: {sentence}',
      'How long is [this|the] sentence in words: {sentence}',
      'How many words long is “{sentence}”?',
      '[Word count|Number of words|Words|How many words], please: {sentence}',
      '[Word count|Number of words|How many words]: “{sentence}”',
      '[I would like|I want] to know how many words are in the sentence “{sentence}”.',
      '[I have homework.|For my class:] Count the words in this sentence: “{sentence}”',
      'If you count the words in “{sentence}”, what [number|total] do you get?',
      'In the sentence “{sentence}”, how many words are there?',
      'In “{sentence}”, how many words do you [see|count|find]?',
      'How many words did I [use|write|say] when I [wrote|said] “{sentence}”?',
      '[Help me|Can you help me] count the words here: {sentence}',
      '[What is|Tell me|Give me|Say] the [word count|length in words] of “{sentence}”[?|.]',
      'Here: “{sentence}” [What is the number of words?|How many words?|Count.]',
      '[What|Which] number of words has “{sentence}”?',
      '[Of|From] how many words is “{sentence}” made?',
    ],
    test: ['What is the number of words here: “{sentence}”'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */
/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */

const SENTENCES = [
  ['The', '{q}', '{n}', '{v}.'],
  ['{Name}', 'likes', 'the', '{q}', '{n}.'],
  ['{Name}', 'saw', 'the', '{n}', '{place}.'],
  ['My', '{n}', 'is', '{q}.'],
  ['The', '{n}', 'and', 'the', '{m}', '{v}', '{place}.'],
  ['Where', 'is', 'the', '{q}', '{n}?'],
  ['{Name}', 'has', 'one', '{n}', 'and', 'two', '{q}', 'friends.'],
];

/** @param {Random} random */
function drawSentence(random) {
  const [n = '', m = ''] = random.sample(words.animals, 2);
  const values = {
    n,
    m,
    q: random.pick(['small', 'old', 'happy', 'brown', 'quiet', 'big', 'young', 'funny']),
    v: random.pick(['sleeps', 'sings', 'jumps', 'waits', 'runs', 'plays']),
    Name: drawPerson(random).name,
    place: drawPlaces(random, 1)[0]?.at ?? '',
  };
  return random
    .pick(SENTENCES)
    .join(' ')
    .replace('{m} {v}', `{m} ${values.v.slice(0, -1)}`)
    .replace(/\{(\w+)\}/g, (_, name) => values[/** @type {keyof typeof values} */ (name)]);
}

/** @param {Random} random @param {Kind} kind */
function draw(random, kind) {
  const { common, animals, fruit } = words;
  if (kind === 'items') {
    const items = random.sample(random.pick([common, common, animals, fruit]), random.between(2, 9));
    return { values: { list: items.join(', ') }, count: items.length, key: [...items].sort() };
  }
  if (kind === 'repeats') {
    const [word = '', ...others] = random.sample(random.pick([animals, fruit]), random.between(2, 4));
    const count = random.between(1, 4);
    const fill = Array.from({ length: random.between(1, 4) }, () => random.pick(others));
    const items = random.sample([...Array.from({ length: count }, () => word), ...fill]);
    return { values: { list: items.join(', '), word, many: plural(word) }, count, key: [word, ...items] };
  }
  const sentence = drawSentence(random);
  return { values: { sentence }, count: sentence.split(' ').length, key: [sentence] };
}

/** @param {Random} random @param {Split} split */
function countingTurn(random, split) {
  const kind = random.pick(/** @type {Kind[]} */ (['items', 'items', 'repeats', 'sentence']));
  const { values, count } = drawFor(
    split,
    `counting-${kind}`,
    () => draw(random, kind),
    ({ key }) => key,
  );
  const answer =
    kind === 'repeats' ? counted(count, 'time') : counted(count, kind === 'items' ? 'item' : 'word');
  const user = say(random, split, PHRASES[kind], values).replace(/[“”]/g, '"');
  const check = { kind: /** @type {const} */ ('number'), value: count };
  return { user, answer: `${answer}.`, brief: String(count), check };
}

export const COUNTING = singleTurnSkill('counting', PHRASES, countingTurn);
