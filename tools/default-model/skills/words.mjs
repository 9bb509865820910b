// @ts-check
import { readData, readWordLists } from '../language/data.mjs';
import { plural, withArticle } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { singleTurnSkill } from './conversation.mjs';

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {import('./conversation.mjs').Turn} Turn */

/** @type {Record<string, string[]>} */
const data = readData('word-pairs');
const { plurals } = readWordLists('word-pairs', 'plurals');

/** @param {string} name @returns {[string, string][]} */
const pairs = (name) =>
  (data[name] ?? []).flatMap((line) =>
    line.split('; ').map((pair) => /** @type {[string, string]} */ (pair.split(': '))),
  );

const OPPOSITES = pairs('opposites').flatMap(
  ([a, b]) =>
    /** @type {[string, string][]} */ ([
      [a, b],
      [b, a],
    ]),
);
const PASTS = pairs('pasts');
const RHYMES = pairs('rhymes');
const CATEGORIES = pairs('categories').map(([name, list]) => ({ name, members: list.split(', ') }));

/** All words that are right: the opposite of "old" is "new" or "young". @param {string} word */
const rightOpposites = (word) => OPPOSITES.flatMap(([one, other]) => (one === word ? [other] : []));

const PHRASES = {
  opposite: {
    train: [
      'What is the opposite of {word}?',
      '[Tell me|Give me] the opposite of {word}.',
      'Opposite of {word}?',
      "What's the opposite of {word}?",
      'Which word is the opposite of {word}?',
      '[Please tell me|Can you tell me|Could you tell me] [the opposite of {word}|what the opposite of {word} is][.|?]',
      '[Do you know|Can you name] the opposite of "{word}"?',
      'Opposite[:| -] {word}',
      '{word}: opposite?',
      '{Word} - what is the opposite?',
      'The opposite of {word} is ...?',
      'The word is "{word}". What is its opposite?',
      'Here is a word: {word}. [Say|Give|Write|Name] its opposite[.|, please.]',
      '[Take the word|Think of the word|Look at the word] {word}. [What is|Which word is] its opposite?',
      'Which word means the [opposite|contrary|reverse] of "{word}"?',
      '[What|Which] word has the opposite meaning [of|to] {word}?',
      'What word [says|means] the exact opposite of {word}?',
      '[Find|Write|Say|Give] [a word|one word] that means the opposite of {word}.',
      '[Find|Give me|I am looking for|Tell me] an antonym [of|for] {word}.',
      "[What is|What's] [an|the] antonym [of|for] {word}?",
      'Antonym of {word}?',
      "[I want|I would like|I'd like] to know [the opposite of {word}|what the opposite of {word} is].",
      'I [need|am looking for|have to find] the opposite of {word}. [What is it?|Can you help?|Which word is that?]',
      '[For my homework|For my class|For school|For a word game]: what is the opposite of {word}?',
      'I [have homework|am learning English|am doing a crossword]. What is the opposite of {word}?',
      'We [are learning|learn] opposites[ today|]. What [goes with|do we say for|is it for] {word}?',
      'What is the contrary of {word}[ called|]?',
      'I know the word {word}, but what is the contrary?',
      'Something is not {word}. What is the opposite word?',
      'If something is the opposite of {word}, what is it?',
      'How do you say the opposite of {word}[ in one word|]?',
      '[What would you call|How would you call|What do you call] the opposite of {word}?',
      '[What|Which word] [stands|is] opposite to {word}?',
      '[Turn|Change] {word} into its opposite.',
      'Hi, [can|could] you help me[ with a word|]? I need the opposite of "{word}".',
      'My teacher asks for the opposite of {word}. What [should|do] I [say|write]?',
      'I say {word}, you say the opposite[.|:]',
      "[Let us|Let's] play opposites: {word}!",
      'With which word can I say the opposite of {word}?',
    ],
    test: ['If it is not {word}, then it is the contrary: what?', 'Name the contrary of {word}.'],
  },
  plural: {
    train: [
      'What is the plural of {word}?',
      '[Tell me|Give me] the plural of {word}.',
      'Plural of {word}?',
      'One {word}, two ...?',
      'How do you say more than one {word}?',
      '[Please tell me|Can you tell me|Could you tell me] [the plural of {word}|what the plural of {word} is][.|?]',
      '[Do you know|Can you form|Can you give me] the plural of "{word}"?',
      'Plural[:| -] {word}',
      '{word}: plural?',
      '{Word} - what is the plural?',
      'The plural of {word} is ...?',
      'The word is "{word}". What is its plural?',
      'Here is a word: {word}. [Say|Give|Write|Form] its plural[.|, please.]',
      'Take the word {word}. [What is|How do you form] its plural?',
      '[Make|Form|Write|Say] the plural [of|for] "{word}".',
      '[Put|Write] "{word}" [in|into] the plural.',
      '[Turn|Change|Make] {word} into [a|its] plural[ word|].',
      "[What is|What's|Give me|Write] the plural form of {word}[.|]",
      'How [is|do I form|do you make] the plural of {word}?',
      'How do [I|you|we] [write|spell|say] {word} in the plural?',
      'What is [the word for|the word when there are] [many|several|two or more] of {a word}?',
      'What do [you|we] call [two|many|several] of them if one is {a word}?',
      'One is {a word}. What are [two|many|three] of them[ called|]?',
      'There is one {word} here. If more come, what do I see?',
      'Here is {a word} and there is another one. Together they are two ...?',
      'One {word}, but many ...?',
      '[One|A single] {word}. [Three|Ten|Several|Some] ...?',
      'First I see one {word}, then many more. Many what?',
      'If I do not have one {word} but many, what [do I call them|is the word]?',
      'What does {word} become [in the plural|when there are many]?',
      "[I want|I would like|I'd like] to know [the plural of {word}|what the plural of {word} is].",
      'I [need|am looking for] the plural of {word}. [What is it?|Can you help?]',
      '[For my homework|For my class|For school]: what is the plural of {word}?',
      'I [have homework|am learning English]. What is the plural of {word}?',
      '"{word}" is the singular. [What is the plural?|And the plural?|Give me the plural.]',
      'Singular: {word}. Plural: ...?',
      'Which word [do we use|do I use|is right] for more than one {word}?',
      'My teacher asks for the plural of {word}. What [should|do] I write?',
      'I know the word {word} for one, but what is it for two?',
    ],
    test: ['I have one {word}, you have two. Two what?'],
  },
  past: {
    train: [
      'What is the past tense of {word}?',
      '[Tell me|Give me] the past tense of {word}.',
      'Past tense of {word}?',
      'Put "{word}" into the past tense.',
      'Today I {word}. Yesterday I ...?',
      '[Please tell me|Can you tell me|Could you tell me] [the past tense of {word}|what the past tense of {word} is][.|?]',
      '[Do you know|Can you form|Can you give me] the past tense of "{word}"?',
      'Past tense[:| -] {word}',
      '{word}: past tense?',
      '{Word} - what is the past tense?',
      'The past tense of {word} is ...?',
      'The verb is "{word}". What is its past tense?',
      'Here is a verb: {word}. [Say|Give|Write|Form] its past tense[.|, please.]',
      'Take the verb {word}. [What is|How do you form] its past[ tense|]?',
      '[Make|Form|Write|Say] the [past tense|past form|simple past] of "{word}".',
      '[Write|Say|Use] "{word}" in the past[ tense|].',
      '[Turn|Change] {word} into the past[ tense| form|].',
      "[What is|What's] the [past form|simple past|past] of [the verb |to |]{word}?",
      'Which past form does [the verb |]{word} have?',
      'How [is|do I form|do you make] the past tense of {word}?',
      'How do [I|you|we] [write|say] {word} in the past[ tense|]?',
      'What [do I say|do we say|is the word] for "{word}" when it [happened|was] [yesterday|last week|long ago]?',
      '[Now|Today|Every day] they {word}. [Yesterday|Last week|Last year] they ...?',
      'Today we {word}. Last week we ...?',
      'Today you {word}, but yesterday you ...?',
      'What does {word} become [in the past|in the past tense|when I talk about last week]?',
      'I want to talk about the past. [What form|Which form] of "{word}" is right?',
      'It happened last year, so "{word}" is wrong. [What is right?|What do I write?]',
      "[I want|I would like|I'd like] to know [the past tense of {word}|what the past tense of {word} is].",
      'I [need|am looking for] the past tense of {word}. [What is it?|Can you help?]',
      '[For my homework|For my class|For school]: what is the past tense of {word}?',
      'I [have homework|am learning English]. What is the past tense of {word}?',
      'Present: {word}. Past: ...?',
      '"{word}" is the present. [What is the past?|And the past?|Give me the past.]',
      'My teacher asks for the past of {word}. What [should|do] I write?',
      'I am writing a story about long ago. How do I write the verb "{word}"?',
      'Give me the verb {word} in the past tense.',
    ],
    test: ['Which form of {word} do I use for yesterday?'],
  },
  rhyme: {
    train: [
      'What rhymes with {word}?',
      'Tell me a word that rhymes with {word}.',
      'Find a rhyme for {word}.',
      'Which word rhymes with {word}?',
      '[Please tell me|Can you tell me|Can you give me|Do you know] a [word that rhymes with|rhyme for] {word}[.|?]',
      '[Give me|Say|Write|Name|I need] [a rhyme for|a word that rhymes with|something that rhymes with] {word}.',
      'Rhyme[:| with] {word}',
      '{word}: rhyme?',
      '{Word} - what rhymes?',
      '{Word} rhymes with ...?',
      'A rhyme for {word}[?|, please.]',
      'What is a [good |]rhyme [for|with|of] {word}?',
      'What [word |]could rhyme with {word}?',
      'Here is a word: {word}. [What rhymes with it?|Find a rhyme.|Give me a rhyme.]',
      'The word is "{word}". Which word rhymes with it?',
      'Take the word {word}. [What|Which word] rhymes with it?',
      'Which word [ends with the same sound as|ends like|sounds like the end of] {word}?',
      '[Find|Tell me|Say] a word that [sounds like {word} at the end|ends with the same sound as "{word}"].',
      'What word sounds [almost like|similar to] {word} and rhymes with it?',
      "[I want|I would like|I'd like] [a rhyme for {word}|to know what rhymes with {word}].",
      'I am [writing|making] a [poem|song] and need a rhyme [for|with] {word}.',
      'I am looking for a word that rhymes with "{word}".',
      'My [poem|song|line|verse] ends with {word}. [What rhymes?|How can the next line end?|Which word rhymes with that?]',
      '[For my poem|For a song|For my class|For school]: what rhymes with {word}?',
      'I [have homework|am learning English]. What rhymes with {word}?',
      'With what does {word} rhyme?',
      'What can I rhyme with {word}?',
      '[Make|Find|Try] a rhyme with "{word}"[.|, please.]',
      "[Let us|Let's] rhyme: {word}!",
      'I say {word}, you say a word that rhymes[.|:]',
      'Help me rhyme: what goes with {word}?',
      '[Is there|Do you have] [a word that rhymes with|a rhyme for] {word}?',
      'We are looking for rhymes[ today|]. [Which one fits|What goes with] {word}?',
    ],
    test: ['I need a word with the same sound at the end as {word}.'],
  },
  kind: {
    train: [
      'What kind of thing is {a word}?',
      'Is {a word} {a one} or {a two}?',
      '{A word}: {one} or {two}?',
      'What is {a word}: {a one} or {a two}?',
      'What is {a word}, {a one} or {a two}?',
      'Which is {a word}, {a one} or {a two}?',
      '{A word} - [is it|is that] {a one} or {a two}?',
      '[Tell me|Can you tell me|Please tell me|Do you know] [if|whether] {a word} is {a one} or {a two}[.|?]',
      '{One} or {two}: what is {a word}?',
      '{One} or {two}? {A word}.',
      'Is it {a one} or {a two}: {word}?',
      'Is it {a one} or is it {a two}, {a word}?',
      "[I want|I would like|I'd like] to know [if|whether] {a word} is {a one} or {a two}.",
      'I [do not know|am not sure|wonder] [if|whether] {a word} is {a one} or {a two}. [Which is right?|Can you help?|What is it?]',
      '[Do we|Do you|Do people] [call|count] {a word} [as |]{a one} or [as |]{a two}?',
      '[Do we|Would you|Should I] [count|put|list] {a word} [among|with|under] the {ones} or the {twos}?',
      'To which group does {a word} belong[, {ones} or {twos}|: {ones} or {twos}]?',
      'There are two groups: {ones} and {twos}. Where does {a word} [go|fit|belong]?',
      'I have a list of {ones} and a list of {twos}. [On|To] which list [does|should] {a word} [go|be]?',
      'Here is a word: {word}. [Is it|Does it mean] {a one} or {a two}?',
      'The word is "{word}". Is that {a one} or {a two}?',
      'Think of {a word}. Is it {a one} or {a two}?',
      'What would you call {a word}: {a one} or {a two}?',
      'Which [word|name] [fits|is right for] {a word}: {one} or {two}?',
      'Choose[ one|]: {a word} is {a one} or {a two}?',
      '[Sort|Put] {a word} into the right group: {ones} or {twos}.',
      'Are {many word} {ones} or {twos}?',
      'Do {many word} count as {ones} or as {twos}?',
      'Someone says {a word} is {a one}. Someone else says it is {a two}. Who is right?',
      '[For my homework|For my class|For school]: is {a word} {a one} or {a two}?',
      '[My child asks|My friend asks|My teacher asks] [if|whether] {a word} is {a one} or {a two}. What [is right|do I say]?',
      '[Which|What] kind of thing is {a word}, {a one} or {a two}?',
      '[What|Which] sort of thing is {a word}?',
      '{A word} is what kind of thing?',
    ],
    test: ['Does {a word} belong to {ones} or to {twos}?'],
  },
  odd: {
    train: [
      'Which word does not belong: {list}?',
      'Which one is different: {list}?',
      'Find the odd one out: {list}',
      'What does not fit: {list}?',
      'Which word [is|would be] the odd one out: {list}?',
      'Which word does not fit[ in| with the others| with the rest|]: {list}?',
      '[What|Which] is the odd one out[ here|]: {list}?',
      '{list}: [which|which one|which word] does not [fit|belong|match]?',
      '{list}. [Which one|Which word|Which of them] [is the odd one out|does not fit|is different|does not belong]?',
      '{list} - [find|name|tell me] the odd one out.',
      'Odd one out: {list}',
      'Odd word out: {list}?',
      '[Find|Name|Tell me|Pick|Choose] the [word|one] that does not [belong|fit|match|go with the others]: {list}',
      '[Find|Spot|Pick out] the [stranger|wrong word|word that is different|intruder]: {list}',
      'Here [is a list|are some words]: {list}. [Which|Which one|Which word] does not [belong|fit|go with the rest]?',
      'Here are some words: {list}. Find the [odd one|one that is different|one that does not belong].',
      'Look at [these words|this list]: {list}. [Which|What] [is not like the rest|is different|does not fit]?',
      'I have these words: {list}. One [does not belong|is wrong|does not fit|must go]. Which one[ is it|]?',
      'All of these [are alike|go together|belong together] except one: {list}. [Which one is it?|Name it.|Find it.]',
      'All but one of these are the same kind of thing: {list}. [Which is the other one?|Which one is not?|What is the exception?]',
      'Among {list}, which [one |word |]does not [belong|fit|match]?',
      '[Of|Out of] {list}, which [one |]is the odd one[ out|]?',
      'In the list {list}, [which word|what] [is out of place|does not belong|is different]?',
      'Which of [these|these words|the following] [is different from the others|does not go with the others|is not of the same kind|does not match]: {list}?',
      'Which [one |word |]should [I|we] [remove|take out|cross out|leave out]: {list}?',
      '[Cross out|Take out|Remove|Leave out] the word that does not [fit|belong]: {list}. Which is it?',
      '[Can you|Could you|Please] [find|tell me|name] the odd one out[ in this list|]: {list}[.|?]',
      'Do you see which word does not belong? {list}',
      'I [want|would like|need] to know which [word|one] does not belong: {list}',
      '[For my homework|For my class|For a quiz|For school]: which is the odd one out, {list}?',
      'I have [a puzzle|a riddle|homework]. Which word does not [fit|belong]: {list}?',
      "[Let us|Let's] play odd one out: {list}!",
      'One word [is from another group|is of another kind|is the exception|is not related to the rest]: {list}. [Which one?|Which word?|Name it.]',
      'What is different from the rest: {list}?',
      'These words are a group, but one does not fit in: {list}. [Which one is it?|Name that one.]',
    ],
    test: ['One of these is not like the others: {list}. Which?'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */

/** @param {...string} any @returns {import('./conversation.mjs').Check} */
const contains = (...any) => ({ kind: 'contains', any, maxWords: 12 });

/** @type {Record<Kind, (random: Random, split: Split) => Turn>} */
const TURNS = {
  opposite: (random, split) => {
    const [word] = random.pick(OPPOSITES);
    // The first of several right words is always the one that is taught.
    const right = rightOpposites(word);
    const answer = `The opposite of ${word} is ${right[0]}.`;
    return {
      user: say(random, split, PHRASES.opposite, { word }),
      answer,
      check: contains(...right),
    };
  },
  plural: (random, split) => {
    const word = random.pick(plurals);
    const answer = `The plural of ${word} is ${plural(word)}.`;
    return { user: say(random, split, PHRASES.plural, { word }), answer, check: contains(plural(word)) };
  },
  past: (random, split) => {
    const [word, past] = random.pick(PASTS);
    const answer = `The past tense of ${word} is ${past}.`;
    return { user: say(random, split, PHRASES.past, { word }), answer, check: contains(past) };
  },
  rhyme: (random, split) => {
    const [word, rhyme] = random.pick(RHYMES);
    return {
      user: say(random, split, PHRASES.rhyme, { word }),
      answer: `${word} - ${rhyme}`,
      check: contains(rhyme),
    };
  },
  kind: (random, split) => {
    const draw = () => {
      const [right, wrong] = random.sample(COUNTABLE_CATEGORIES, 2);
      return { right, wrong, word: random.pick(right?.members ?? []) };
    };
    const { right, wrong, word } = drawFor(split, 'words-kind', draw, (drawn) => [
      drawn.word,
      drawn.wrong?.name ?? '',
    ]);
    const names = random.sample([right?.name ?? '', wrong?.name ?? '']);
    const [one = '', two = ''] = names;
    const values = { word, one, two, ones: plural(one), twos: plural(two) };
    const answer = `${withArticle(word).replace(/^a/, 'A')} is ${withArticle(right?.name ?? '')}.`;
    return { user: say(random, split, PHRASES.kind, values), answer, check: contains(right?.name ?? '') };
  },
  odd: (random, split) => {
    const draw = () => {
      const [most, other] = random.sample(CATEGORIES, 2);
      const odd = random.pick(other?.members ?? []);
      return {
        odd,
        list: random.sample([odd, ...random.sample(most?.members ?? [], random.between(2, 3))]),
        most,
      };
    };
    const { odd, list } = drawFor(split, 'words-odd', draw, (drawn) => [...drawn.list].sort());
    return {
      user: say(random, split, PHRASES.odd, { list: list.join(', ') }),
      answer: odd,
      check: { kind: 'exact', answers: [odd] },
    };
  },
};

const COUNTABLE_CATEGORIES = CATEGORIES.filter(({ name }) =>
  ['vegetable', 'animal', 'bird', 'tool', 'vehicle', 'tree', 'flower', 'fruit'].includes(name),
);

/** Words are few and known by heart, so tests ask about the same ones in other words. */
const KINDS = /** @type {Kind[]} */ ([
  'opposite',
  'opposite',
  'plural',
  'past',
  'rhyme',
  'kind',
  'odd',
  'odd',
]);

export const WORDS = singleTurnSkill('words', PHRASES, (random, split) => {
  const turn = TURNS[random.pick(KINDS)](random, split);
  const brief = turn.check.kind === 'contains' ? turn.check.any[0] : undefined;
  return { ...turn, brief: brief ?? turn.answer };
});
