// @ts-check
import { readWordLists } from '../language/data.mjs';
import { counted } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { singleTurnSkill } from './conversation.mjs';

const { spelling } = readWordLists('words', 'spelling');
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

const PHRASES = {
  spell: {
    train: [
      'Spell [the word |]{word}.',
      'How do you spell {word}?',
      'Can you spell {word}?',
      'Please spell [the word |]{word}.',
      '[Could|Would|Will] you spell [the word |]{word}[ for me| for us|]?',
      'I [want|need|would like] to know how [to spell|you spell|we spell|one spells] {word}.',
      'What is the [correct |right |]spelling of [the word |]{word}?',
      '[Give|Show|Tell] me the spelling of [the word |]{word}[, please|].',
      '{word}: how is [that|it|this word] [spelled|spelt|written letter by letter]?',
      '[Please|Now|For my class,] spell: {word}',
      '[spell|spelling]: {word}',
      'How is [the word |]{word} [spelled|spelt]?',
      '[I have homework|We have a spelling test|I am learning to write|I forgot]. [How do I|How do you|How can I] spell {word}?',
      'The word is "{word}". [How is it spelled|What is its spelling|What are its letters]?',
      'Write {word} letter by letter[.|, please.]',
      'Write [the word |]{word} with [a dash|dashes|a hyphen|hyphens] between [the|its|all] letters.',
      '[List|Name|Give|Show me] each letter [of|in] [the word |]{word} in [order|the right order].',
      'The word {word} is [made of|written with|spelled with] which letters?',
      'Tell me what the letters [of|in] [the word |]{word} are.',
      '[Break|Split|Take] [the word |]{word} [apart |up |]into [its |]letters.',
      'Read [me |]the word {word} out letter by letter.',
      '[Do you know|Can you tell me|Can you show me] how to spell {word}?',
      'I [cannot|can not|do not know how to] spell {word}. [Can you help|Please help|Help me]?',
      'For my [class|test|homework|notes]: [spell|the spelling of|how to spell] "{word}"[.|, please.]',
      'Here is a word: {word}. [Show me its letters|Give me its letters|Give me the spelling].',
      '[Please |Now |]spell [the word |]{word}[ aloud| for my class|, letter by letter].',
      'The letters of {word}[, please|, in order|].',
      '[Let us|Let me see you|Try to] spell [the word |]{word}.',
      'If you had to spell {word}, [how would you do it|what would you write]?',
    ],
    test: ['Say the letters of {word}, one by one.'],
  },
  count: {
    train: [
      'How many letters [are in|are there in|does it take to write] the word {word}?',
      'How many letters are in {word}?',
      'Count the letters in {word}.',
      'How many letters does the word {word} have?',
      '[Tell me|Can you tell me|Do you know] how many letters [are in|there are in|make up] [the word |]{word}[.|?]',
      '[Please |]count [all |]the letters of [the word |]{word}[.| for me.]',
      'How many letters long is [the word |]{word}?',
      'How long is [the word |]{word} [in letters|counted in letters]?',
      'The word {word} has how many letters?',
      '{word}: [how many letters|that is how many letters|it has how many letters]?',
      '{word} has how many letters?',
      'number of letters: {word}',
      '[count the letters|letter count|count letters]: {word}',
      'I [want|need|would like] to know how many letters [{word} has|there are in {word}|are in {word}].',
      'Here is a word: {word}. [It has how many letters|How long is it in letters|What is its length in letters]?',
      'Take the word "{word}". [Count its letters|Now count the letters|Tell me how many letters there are].',
      '[The word |]{word} is made of how many letters?',
      '[I am playing a word game|This is for a puzzle|I have homework|For my class]: how many letters [has|are in|does it take to write] {word}?',
      'How many letters do [I|you|we] need to [write|write down] {word}?',
      'If [I|we|you] write {word}, how [many is that|long is it] in letters?',
      '[Give|Tell] me the [letter count|number of letters|length] of the word {word}.',
      'What is the [letter count|length in letters] of [the word |]{word}?',
      'With how many letters [do you|does one|do we] write {word}?',
      'How many letters [make up|form|can you count in|do you see in|do you count in] [the word |]{word}?',
      'Find [out |]how many letters [are in|there are in] {word}.',
      'Write down {word} and count [the|its] letters.',
      'Can you count [the|all the] letters in [the word |]"{word}"?',
      'Is {word} a long word? Count [its|the] letters.',
      'In [the word |]{word}, there are how many letters?',
    ],
    test: ['What is the number of letters in {word}?'],
  },
  first: {
    train: [
      'What is the first letter of [the word |]{word}?',
      'What letter does {word} [start|begin] with?',
      'Which letter is the first in {word}?',
      '[Give|Tell|Show] me the [first|starting|opening] letter of [the word |]{word}[.|, please.]',
      '{word}: [what is the first letter|which letter [comes first|is first|is number one|comes at the start]|first letter]?',
      '[first letter|the first letter|first letter of]: {word}',
      'The word {word} [starts|begins] with [what|which] letter?',
      '{word} [starts|begins] with [what|which] letter?',
      '[Name|Say|Write|Find] the first letter [of|in] [the word |]{word}.',
      'Which letter [is|stands] at the [start|beginning|front] of [the word |]{word}?',
      'What letter [is|do you see|do you find] at the [start|beginning|front] of [the word |]{word}?',
      'Here is a word: {word}. [What is its first letter|Which letter [comes first|is first|is number one|comes at the start]|Give me the first letter][?|]',
      'Look at the word "{word}". [What is the first letter|Which letter [comes first|is first|is number one|comes at the start]|Tell me the first letter][?|]',
      'I [want|need|would like] to know the first letter of [the word |]{word}.',
      'I [want|need|would like] to know what letter {word} [starts|begins] with.',
      '[Can|Could] you tell me the first letter [of|in] [the word |]{word}?',
      '[Can|Could] you tell me [what|which] letter {word} [starts|begins] with?',
      '[I have homework|We play a word game|For my class|This is for a puzzle]. What is the first letter [of|in] {word}?',
      'In the word {word}, [which|what] letter [comes first|is first|is number one|comes at the start]?',
      '[Say|Show me|Let me know] which letter of {word} [comes first|is first|is number one|comes at the start].',
      'When [you|we|I] write {word}, which letter [comes first|is first|is number one|comes at the start]?',
      'If [you|we|I] write down {word}, what is the first letter?',
      'Of the word {word}, I forgot the first letter. [What is it|Which one is it|Can you help me]?',
      'What is the [starting|opening|first] letter of [the word |]{word}?',
      'Which letter does [the word |]{word} [start|begin] with[, please|]?',
      'Only the first letter of [the word |]{word}, please.',
      'The first letter of {word} is [what|which one]?',
      'Do you know [what|which] letter [the word |]{word} [starts|begins] with?',
    ],
    test: ['With which letter does {word} begin?'],
  },
  last: {
    train: [
      'What is the last letter of [the word |]{word}?',
      'What letter does {word} end with?',
      'Which letter is the last in {word}?',
      '[Give|Tell|Show] me the [last|final|closing] letter of [the word |]{word}[.|, please.]',
      '{word}: [what is the last letter|which letter [comes last|is last|is the final one|comes at the end]|last letter]?',
      '[last letter|the last letter|last letter of]: {word}',
      'The word {word} [ends|finishes] with [what|which] letter?',
      '{word} [ends|finishes] with [what|which] letter?',
      '[Name|Say|Write|Find] the last letter [of|in] [the word |]{word}.',
      'Which letter [is|stands] at the [end|very end|back] of [the word |]{word}?',
      'What letter [is|do you see|do you find] at the [end|very end|back] of [the word |]{word}?',
      'Here is a word: {word}. [What is its last letter|Which letter [comes last|is last|is the final one|comes at the end]|Give me the last letter][?|]',
      'Look at the word "{word}". [What is the last letter|Which letter [comes last|is last|is the final one|comes at the end]|Tell me the last letter][?|]',
      'I [want|need|would like] to know the last letter of [the word |]{word}.',
      'I [want|need|would like] to know what letter {word} [ends|finishes] with.',
      '[Can|Could] you tell me the last letter [of|in] [the word |]{word}?',
      '[Can|Could] you tell me [what|which] letter {word} [ends|finishes] with?',
      '[I have homework|We play a word game|For my class|This is for a puzzle]. What is the last letter [of|in] {word}?',
      'In the word {word}, [which|what] letter [comes last|is last|is the final one|comes at the end]?',
      '[Say|Show me|Let me know] which letter of {word} [comes last|is last|is the final one|comes at the end].',
      'When [you|we|I] write {word}, which letter [comes last|is last|is the final one|comes at the end]?',
      'If [you|we|I] write down {word}, what is the last letter?',
      'Of the word {word}, I forgot the last letter. [What is it|Which one is it|Can you help me]?',
      'What is the [ending|closing|final|last] letter of [the word |]{word}?',
      'Which letter does [the word |]{word} [end|stop|finish] with[, please|]?',
      'Only the last letter of [the word |]{word}, please.',
      'The last letter of {word} is [what|which one]?',
      'Do you know [what|which] letter [the word |]{word} [ends|finishes] with?',
    ],
    test: ['With which letter does {word} end?'],
  },
  capitals: {
    train: [
      'Write {word} in [capital letters|capitals|upper case].',
      'Put {word} in [capitals|capital letters].',
      '[Write|Print|Type|Give me|Show me] [the word |]{word} in [all caps|all capitals|block letters|uppercase|upper case letters|capital letters].',
      '[Write|Print|Type] [the word |]{word} with [only |]capital letters[ only|].',
      '[Turn|Change|Convert|Make] [the word |]{word} [into|to] [capitals|capital letters|upper case|uppercase|all caps].',
      '[Can|Could|Would] you [write|put|type|print] [the word |]{word} in [capitals|upper case|all caps|capital letters]?',
      '[capitals|uppercase|upper case|in capitals|all caps]: {word}',
      '{word} in [capitals|capital letters|upper case|all caps][, please|][.|]',
      '{word}: [write it in capitals|put it in upper case|in all caps, please|now in capital letters].',
      'How [do you write|does one write|do I write|would you write] {word} in [capitals|capital letters|upper case|all caps]?',
      'How does [the word |]{word} look in [capitals|capital letters|upper case|all caps]?',
      'What [is|does] {word} [in capitals|look like in capitals|in upper case|look like in all caps]?',
      'I [want|need|would like] [the word |]{word} in [capitals|upper case|capital letters|all caps][.|, please.]',
      'Here is a word: {word}. [Write it in capitals|Put it in upper case|Make every letter a capital|Write it in capital letters].',
      'In {word}, [every|each] letter [should|must] be [a capital|a capital letter|a big one]. [Write it|Please write it] like that.',
      '[I am making a sign|This is for a poster|This is a title|I want to shout it]. [Write|Put|Print] {word} in [capitals|capital letters|upper case].',
      'Use [only |]capital letters [to write|and write|for|for the word] {word}.',
      'The word "{word}" should be in [capitals|upper case|capital letters|all caps]. [Write it|Please write it|Show me][.|]',
      'Please [use capitals for|uppercase|put in capitals|write in big letters] [the word |]{word}.',
      'Write {word} in big letters[.|, please.]',
      'I wrote {word} in small letters. [Now write it|Please write it|Show it to me] in capitals.',
      'All [the |]letters [of|in] {word} should be [capitals|upper case|capital letters]. [Write it like that|Please write it so].',
      'Change the small letters [of|in] {word} to [capitals|capital letters|big letters].',
      '[Show|Tell|Give] me how {word} is written in [capitals|capital letters|upper case].',
    ],
    test: ['Make all letters of {word} big.'],
  },
  after: {
    train: [
      'What letter comes after {letter}?',
      'Which letter [comes|is] [right |]after {letter} in the alphabet?',
      'What is the letter after {letter}?',
      '[Tell me|Can you tell me|Do you know] [which|what] letter [follows|comes after|comes right after|comes next after|is next after] {letter}[.|?]',
      '[Name|Give me|Say|Write|Find] the letter [that |which ][follows|comes after|comes right after|comes next after|is next after] {letter}[.|, please.]',
      'In the alphabet, [which|what] letter [follows|comes after|comes right after|comes next after|is next after] {letter}?',
      '[What|Which] letter of the alphabet [follows|comes after|comes right after|comes next after|is next after] {letter}?',
      '[What|Which one] [follows|comes after|comes right after|comes next after|is next after] {letter} in the alphabet?',
      '[the |]letter after {letter}[?|]',
      'after {letter}: [which|what] letter[ is it| comes|]?',
      '{letter}: what letter [comes|is] [next|right after it|just after it]?',
      'Here is a letter: {letter}. [Which|What] letter [comes|is] [next|right after it|just after it] in the alphabet?',
      '[Take|Look at|Think of] the letter {letter}. [Which|What] letter [comes|is] [next|right after it|just after it]?',
      'I [want|need|would like] to know [the letter after {letter}|which letter [follows|comes after|comes right after|comes next after|is next after] {letter}|what comes after {letter} in the alphabet].',
      '[Can|Could] you [name|give me|tell me] the letter after {letter}[ in the alphabet|, please|]?',
      '[Go|Move|Count] one [letter|step] [forward|further|on] from {letter} in the alphabet. [What letter is it|Which letter do you get|Where are you][?|]',
      'Which letter [is|do you get] one [letter|step] [forward|further|on] from {letter}?',
      '[I am learning the alphabet|I have homework|My child asks|For my class]: [what|which] letter [follows|comes after|comes right after|comes next after|is next after] {letter}?',
      'After {letter} [comes|is] which letter?',
      'After the letter {letter}, [what|which] letter [comes|is there|do you say]?',
      'The letter after {letter} is [what|which one]?',
      'Which letter [stands|sits|is found] right after {letter} in the row of letters?',
      'What is the [next|following] letter, [if this one is|starting from|seen from|going from] {letter}?',
      'When [you|we|I] say the alphabet, [what|which letter] [follows|comes after|comes right after|comes next after|is next after] {letter}?',
      'Where is {letter} in the alphabet? [Which|What] letter [comes|is] [next|right after it|just after it]?',
      '[What|Which] letter do [you|we|I] [say|write|find] right after {letter} in the alphabet?',
      'The [next|following] letter, please: {letter}',
    ],
    test: ['I say the alphabet and stop at {letter}. What is next?'],
  },
  before: {
    train: [
      'What letter comes before {letter}?',
      'Which letter [comes|is] [right |]before {letter} in the alphabet?',
      'What is the letter before {letter}?',
      '[Tell me|Can you tell me|Do you know] [which|what] letter [precedes|comes before|comes just before|comes right before|is just before] {letter}[.|?]',
      '[Name|Give me|Say|Write|Find] the letter [that |which ][precedes|comes before|comes just before|comes right before|is just before] {letter}[.|, please.]',
      'In the alphabet, [which|what] letter [precedes|comes before|comes just before|comes right before|is just before] {letter}?',
      '[What|Which] letter of the alphabet [precedes|comes before|comes just before|comes right before|is just before] {letter}?',
      '[What|Which one] [precedes|comes before|comes just before|comes right before|is just before] {letter} in the alphabet?',
      '[the |]letter before {letter}[?|]',
      'before {letter}: [which|what] letter[ is it| comes|]?',
      '{letter}: what letter [comes|is] [before it|right before it|just before it]?',
      'Here is a letter: {letter}. [Which|What] letter [comes|is] [before it|right before it|just before it] in the alphabet?',
      '[Take|Look at|Think of] the letter {letter}. [Which|What] letter [comes|is] [before it|right before it|just before it]?',
      'I [want|need|would like] to know [the letter before {letter}|which letter [precedes|comes before|comes just before|comes right before|is just before] {letter}|what comes before {letter} in the alphabet].',
      '[Can|Could] you [name|give me|tell me] the letter before {letter}[ in the alphabet|, please|]?',
      '[Go|Move|Count] one [letter|step] [back|backward|backwards] from {letter} in the alphabet. [What letter is it|Which letter do you get|Where are you][?|]',
      'Which letter [is|do you get] one [letter|step] [back|backward|backwards] from {letter}?',
      '[I am learning the alphabet|I have homework|My child asks|For my class]: [what|which] letter [precedes|comes before|comes just before|comes right before|is just before] {letter}?',
      'Before {letter} [comes|is] which letter?',
      'Before the letter {letter}, [what|which] letter [comes|is there|do you say]?',
      'The letter before {letter} is [what|which one]?',
      'Which letter [stands|sits|is found] right before {letter} in the row of letters?',
      'What is the [previous|preceding] letter, [if this one is|starting from|seen from|going from] {letter}?',
      'When [you|we|I] say the alphabet, [what|which letter] [precedes|comes before|comes just before|comes right before|is just before] {letter}?',
      'Where is {letter} in the alphabet? [Which|What] letter [comes|is] [before it|right before it|just before it]?',
      '[What|Which] letter do [you|we|I] [say|write|find] just before {letter} in the alphabet?',
      'The [previous|preceding] letter, please: {letter}',
    ],
    test: ['In the alphabet, who stands in front of {letter}?'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */
/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */

/**
 * What letters a word has cannot be seen in its tokens, so it is known by heart: tests ask the same words.
 *
 * @param {Random} random
 * @param {Split} split
 */
function letterTurn(random, split) {
  const kind = random.pick(/** @type {Kind[]} */ (Object.keys(PHRASES)));
  const word = random.pick(spelling);
  const spelled = [...word].join('-');
  const position = random.between(kind === 'before' ? 1 : 0, ALPHABET.length - (kind === 'after' ? 2 : 1));
  const letter = (ALPHABET[position] ?? '').toUpperCase();
  const answers = {
    spell: spelled,
    count: `${spelled}: ${counted(word.length, 'letter')}.`,
    first: word.charAt(0),
    last: word.charAt(word.length - 1),
    capitals: word.toUpperCase(),
    after: (ALPHABET[position + 1] ?? '').toUpperCase(),
    before: (ALPHABET[position - 1] ?? '').toUpperCase(),
  };
  const answer = answers[kind];
  return {
    user: say(random, split, PHRASES[kind], { word, letter }),
    answer,
    check: checkOf(kind, answer, word),
  };
}

/** @param {Kind} kind @param {string} answer @param {string} word @returns {import('./conversation.mjs').Check} */
function checkOf(kind, answer, word) {
  if (kind === 'count') return { kind: 'number', value: word.length };
  /** @type {import('./conversation.mjs').Check} */
  const exact = { kind: 'exact', answers: [answer] };
  return kind === 'capitals' ? { kind: 'all', checks: [exact, { kind: 'upper-case' }] } : exact;
}

export const LETTERS = singleTurnSkill('letters', PHRASES, letterTurn);
