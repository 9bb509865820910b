// @ts-check
import { readWordLists } from '../language/data.mjs';
import { ordinal } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { singleTurnSkill } from './conversation.mjs';

const words = readWordLists('words', 'common', 'animals', 'fruit', 'colours');

/** Ways to say how things are to be ordered. */
const UPWARDS =
  '[from low to high|from small to large|from smallest to largest|from the lowest up|upwards|in ascending order|in increasing order|smallest first|[with|and put] the [smallest|lowest|least] [one |number |]first|with the [smallest|lowest] at the [start|front|beginning]|so that the [smallest|lowest] [is first|is at the start|stands first|goes first|is in front|is on the left]|so that they [go up|rise|increase|get larger|get bigger]|so that each is [larger|bigger] than the one before|[beginning|starting] with the [smallest|lowest]|smallest to biggest]';
const DOWNWARDS =
  '[from high to low|from large to small|from largest to smallest|from the highest down|downwards|in descending order|in decreasing order|largest first|[with|and put] the [largest|highest|biggest|greatest] [one |number |]first|with the [largest|highest] at the [start|front|beginning]|so that the [largest|highest|biggest] [is first|is at the start|stands first|goes first|is in front|is on the left]|so that they [go down|fall|decrease|get smaller]|so that each is smaller than the one before|[beginning|starting] with the [largest|highest|biggest]|biggest to smallest]';
const A_TO_Z =
  '[alphabetically|from A to Z|in alphabetical order|in ABC order|in dictionary order|by the alphabet|the way a dictionary does|as in a dictionary|by letter|by the first letter|by first letters|by the letter that each begins with|by how they begin|so that A comes before B and so on|so that the first in the alphabet is at the front]';

/**
 * Ways to ask that things be put in an order.
 *
 * @param {string} noun what is listed
 * @param {string} order ways to say the order, a template
 */
function ordered(noun, order) {
  return [
    `[Arrange|Order|Sort|Put|Place|Line up|Rank|Write|List] {list} ${order}.`,
    `[Please |Now |Next, |][arrange|order|sort|put|line up] [these|the|these few|my] [${noun}] ${order}: {list}`,
    `[Arrange|Order|Sort|Put|Place] ${order}: {list}`,
    `{list}: [arrange|order|sort|put|write] [them|these|these ${noun}] ${order}.`,
    `[Here are|Here you have|These are|You see|I have|There are|I see] [some|a few|these|the] ${noun}: {list}. [Arrange|Order|Sort|Put|Write] them ${order}.`,
    `[Can|Could|Would|Will] you [please |][arrange|order|sort|put|write] {list} ${order}?`,
    `{list} [should|must|have to|need to] [be|stand] ${order}. [How does that look?|Please do it.|Write it.]`,
    `[Make|Give me|Write|I need] a list ${order} [of|from|out of] {list}.`,
    `[What do you get when you|Show me how you] [arrange|order|sort|put] {list} ${order}[?|.]`,
  ];
}

const PHRASES = {
  sortWords: {
    train: [
      'Sort these words [alphabetically|in alphabetical order|from A to Z]: {list}',
      'Sort [alphabetically|from A to Z]: {list}',
      '[Please put|Put] these words in alphabetical order: {list}',
      'Put in alphabetical order: {list}',
      'Can you sort these words[ from A to Z|]: {list}?',
      'Order these words by the alphabet: {list}',
      '[Alphabetize|Please alphabetize|Could you alphabetize] [these words|this list|the following words]: {list}',
      '[Arrange|Please arrange|Can you arrange] [these|the following] words [alphabetically|in alphabetical order]: {list}',
      'I have these words: {list}. [[Can you put|Could you put] them in [alphabetical|ABC] order?|Please put them in [alphabetical|ABC] order.]',
      '[I would like|I want|I need|We need] these words [sorted from A to Z|in alphabetical order|in ABC order]: {list}',
      '[What is the alphabetical order of {list}?|[Tell me|Give me] the alphabetical order of {list}.]',
      'How [would|do] you [sort|order|arrange] {list} alphabetically?',
      'If you [sort|order] {list} from A to Z, what do you get?',
      'Which order do these words have in a dictionary: {list}?',
      '[Write|List|Say] the words {list} in alphabetical order.',
      'The words are {list}. [Order|List|Write] them from A to Z.',
      '{list} - [sort these alphabetically|put these in alphabetical order|from A to Z, please].',
      '{list}. [Now in alphabetical order, please|Please sort this list of words from A to Z].',
      '[Alphabetical order|A to Z|ABC order|Sort A-Z]: {list}',
      '[I have homework.|This is for school.|For my class:] Put the words {list} in alphabetical order.',
      'I am making a [small dictionary|word list|list for my class]. [Please sort|Sort|Order] these words from A to Z: {list}',
      'Go by the first letter and put these words in alphabetical order: {list}',
      'Words that begin with A go first and words that begin with Z go last. [Sort|Order|Arrange] {list} like this.',
      '[Can you help me [sort|order] these words [alphabetically|by the alphabet|from A to Z]: {list}?|Help me [sort|order] these words [alphabetically|by the alphabet|from A to Z]: {list}]',
      '[Take|Look at] the words {list} and [sort|arrange|order] them alphabetically.',
      'In alphabetical order, [please write|write|list|give me] {list}.',
      'My words are all mixed up: {list}. [Can you put them in order from A to Z?|[Please put|Put] them in order from A to Z.]',
      'Which of these words comes first in the alphabet, which is next, and so on: {list}? Give the [whole list|full list].',
      '[Make|Please make|Write] an alphabetical list [of|from] {list}.',
      'Use the alphabet to [sort|order|arrange] [this list|these words]: {list}',
      '[Here is|This is] a list of words: {list}. [What is its alphabetical order?|How does it look in alphabetical order?]',
      'Let us [sort|order] some words by the alphabet: {list}',
      ...ordered('words', A_TO_Z),
      '[Please sort|Sort] {list}.',
      '[Bring|Get|Turn] {list} into [alphabetical|ABC|dictionary] order.',
      'If {list} were in a dictionary, [which|what] would be first, second and so on? Give all.',
    ],
    test: [
      'Arrange {list} in the order of the alphabet.',
      'Here are some words: {list}. Sort them by their first letter.',
      'Which order would a dictionary give {list}?',
    ],
  },
  sortNumbers: {
    train: [
      'Sort these numbers: {list}',
      'Sort these numbers from [small to large|smallest to largest|low to high]: {list}',
      '[Please put|Put] these numbers in order: {list}',
      'Order these numbers [from small to large|from low to high]: {list}',
      'Sort in ascending order: {list}',
      '[Arrange|Please arrange|Can you arrange] these numbers [in ascending order|from small to large|from lowest to highest]: {list}',
      'I have [these numbers|the numbers]: {list}. [[Can you sort|Could you sort] them from low to high?|Please sort them from low to high.]',
      '[I would like|I want|I need|We need] these numbers [from small to large|from lowest to highest|in increasing order]: {list}',
      'How [would|do] you [sort|order|arrange] {list} from smallest to largest?',
      'If you [sort|order] {list} from small to big, what do you get?',
      '[What is the order of {list} from [low to high|smallest to largest|small to big]?|[Tell me|Give me] the order of {list} from [low to high|smallest to largest|small to big].]',
      '[Write|List|Say] the numbers {list} in [ascending|increasing] order.',
      '[Write|List|Say] the numbers {list} again, [starting|beginning] with the smallest.',
      'The numbers are {list}. [Order|List|Write|Put] them from the lowest to the highest.',
      '{list} - [sort these from small to large|put these numbers in order|low to high, please].',
      '{list}. [Now from small to large, please|Please sort these numbers, smallest first].',
      '[Smallest first|Lowest first|Low to high|Small to large|Ascending order|Smallest to largest]: {list}',
      '[I have homework.|This is for school.|For my math class:] Put the numbers {list} in order from least to greatest.',
      'Order from least to greatest: {list}',
      '[Begin|Start] with the [smallest|lowest] number and end with the [largest|highest]: {list}',
      '[Can you help me [sort|order] these numbers[ from small to large| from least to greatest|]: {list}?|Help me [sort|order] these numbers[ from small to large| from least to greatest|]: {list}]',
      '[Take|Look at] the numbers {list} and [sort|order|arrange] them from low to high.',
      'My numbers are mixed up: {list}. [Can you put them in the right order?|[Please put|Put] them in the right order.]',
      '[Count up. |Going up: ]In which order do these numbers come: {list}?',
      'Which of these numbers is the smallest, which is next, and so on: {list}? Give the [whole list|full list].',
      '[Put|Place|Please put] the small numbers first and the big numbers last: {list}',
      'From [smallest to biggest|low to high|least to greatest], [please write|write|list|give me] {list}.',
      '[Here are|These are] [some|the] scores: {list}. [Sort|List|Order] them with the lowest [first|at the front].',
      'Can you [sort|order] these numbers: {list}?',
      'These numbers should go up: {list}. [Sort|Order] them.',
      'Make a list of {list} that goes up from the smallest number.',
      'Let us [sort|order] some numbers from small to large: {list}',
      ...ordered('numbers', UPWARDS),
      'Which order do {list} have, from [little to much|small to big]?',
      '[Climb|Go|Step] up from the smallest of {list} to the largest.',
    ],
    test: [
      'Arrange {list} so that the smallest number comes first.',
      '{list}: line these up, the least one leading.',
    ],
  },
  sortDown: {
    train: [
      'Sort these numbers from [large to small|largest to smallest|high to low]: {list}',
      'Order these numbers from [large to small|high to low]: {list}',
      'Sort in descending order: {list}',
      '[Arrange|Please arrange|Can you arrange] these numbers [in descending order|from large to small|from highest to lowest]: {list}',
      '[Please put|Put] these numbers in order from [high to low|big to small|largest to smallest]: {list}',
      'I have [these numbers|the numbers]: {list}. [[Can you sort|Could you sort] them from high to low?|Please sort them from high to low.]',
      '[I would like|I want|I need|We need] these numbers [from large to small|from highest to lowest|in decreasing order]: {list}',
      'How [would|do] you [sort|order|arrange] {list} from largest to smallest?',
      'If you [sort|order] {list} from big to small, what do you get?',
      '[What is the order of {list} from [high to low|largest to smallest|big to small]?|[Tell me|Give me] the order of {list} from [high to low|largest to smallest|big to small].]',
      '[Write|List|Say] the numbers {list} in [descending|decreasing] order.',
      '[Write|List|Say] the numbers {list} again, [starting|beginning] with the largest.',
      'The numbers are {list}. [Order|List|Write|Put] them from the highest to the lowest.',
      '{list} - [sort these from large to small|put these numbers in descending order|high to low, please].',
      '{list}. [Now from large to small, please|Please sort these numbers, largest first].',
      '[Largest first|Highest first|Biggest first|High to low|Large to small|Descending order|Largest to smallest]: {list}',
      '[I have homework.|This is for school.|For my math class:] Put the numbers {list} in order from greatest to least.',
      'Order from greatest to least: {list}',
      '[Begin|Start] with the [largest|highest] number and end with the [smallest|lowest]: {list}',
      '[Can you help me [sort|order] these numbers [from large to small|from greatest to least]: {list}?|Help me [sort|order] these numbers [from large to small|from greatest to least]: {list}]',
      '[Take|Look at] the numbers {list} and [sort|order|arrange] them from high to low.',
      'My numbers are mixed up: {list}. [Can you put them in order from high to low?|[Please put|Put] them in order from high to low.]',
      '[Count down. |Going down: ]In which order do these numbers come: {list}?',
      'Which of these numbers is the largest, which is next, and so on: {list}? Give the [whole list|full list].',
      '[Put|Place|Please put] the big numbers first and the small numbers last: {list}',
      'From [biggest to smallest|high to low|greatest to least], [please write|write|list|give me] {list}.',
      '[Here are|These are] [some|the] scores: {list}. [Sort|List|Order] them with the highest [first|at the front].',
      'These numbers should go down: {list}. [Sort|Order] them.',
      'Make a list of {list} that goes down from the largest number.',
      ...ordered('numbers', DOWNWARDS),
      'Which order do {list} have, from [much to little|big to small]?',
      '[Climb|Go|Step] down from the largest of {list} to the smallest.',
    ],
    test: [
      'Arrange {list} so that the largest number comes first.',
      '{list}: line these up, the greatest one leading.',
    ],
  },
  reverse: {
    train: [
      'Reverse this list: {list}',
      '[Please reverse|Reverse] the list {list}.',
      'Write this list backwards: {list}',
      'Reverse the order of {list}',
      'Say these in reverse order: {list}',
      '[Can|Could] you reverse [this list|the list|these words|these items]: {list}?',
      '[Flip|Please flip|Can you flip] [this list|the order of this list|the order of these words]: {list}',
      '[I would like|I want|I need|We need] this list in [reverse|the opposite|backward] order: {list}',
      'I have a list: {list}. [Can you reverse it?|[Please reverse it|Write it backwards|Say it backwards].]',
      'The list is {list}. [Start at the end and go back to the start|Read it from the end to the start].',
      '[Read|Say|Write|List] {list} from [the end to the start|back to front|last to first].',
      '[Read|Say|Write|List] the words {list} in reverse.',
      'What is {list} [in reverse order|backwards|in reverse|from back to front]?',
      'How does the list {list} [look|sound|read] [backwards|in reverse|from back to front]?',
      'If you reverse {list}, what [do you get|is the new list]?',
      '{list} - [now backwards|now in reverse|reverse this list|the other way round, please].',
      '{list}. [Please reverse the order of this list|Now say that list backwards].',
      '[Reverse|Backwards|In reverse|Reverse order|Last to first|Back to front]: {list}',
      '[Can you turn|Please turn|Turn] the order around. Here is the list: {list}',
      '[Turn|Change] the order [of these words|of these items] so that the last one [is|comes] first: {list}',
      '[Put|Please put|Can you put] [the last one first and the first one last|this list in reverse order]: {list}',
      '[Start|Begin] with the last [word|item] and end with the first: {list}',
      '[We are playing a game.|I have homework.|For my class:] [Say|Write] the list {list} backwards.',
      'Which list do I get when I [read|say|write] {list} from the end?',
      '[Give me|Tell me|Show me] [the reverse of|the reversed list for] {list}.',
      '[Can you help me reverse [this list|these words]: {list}?|Help me reverse [this list|these words]: {list}]',
      '[Take|Look at] the list {list} and [reverse it|flip it|write it in reverse order].',
      'In reverse order, [please write|write|list|give me] {list}.',
      '[Swap|Change] the order of this list from front to back into back to front: {list}',
      'I said {list}. [Can you say [it|them|the same words] in reverse order?|Now you say [it|them|the same words] in reverse order.]',
      'The order of this list is wrong, it should be [the other way around|backwards]: {list}',
      'Write the other way around: {list}',
      'Go through this list backwards: {list}',
      '[Give|Show|Tell|Write] me {list} [in reverse|from the end|back to front|the other way round|starting with the last|with the last one first].',
      'Turn {list} [around|the other way round|back to front|upside down].',
      '[Make|Do] the reverse of {list}.',
      '[Turn|Switch|Flip|Swap] the order of {list}.',
      '{list}: [turn it round|turn this around|flip it|reverse it|backwards|from the end].',
      '[Here is|Here you have|This is|You see] a list: {list}. [Reverse it|Turn it round|Give it backwards|Now from the end|Flip the order].',
      '[Can|Could|Would] you [turn|flip|switch] [the list |][{list} around|{list}, last one first]?',
      '[Give|List|Name|Say] {list} [in opposite order|in the reverse order|in backward order|in the order from last to first].',
      'Begin {list} at the end.',
      'What is {list} when the last [comes|goes|is] first?',
      '[Now|Next|Please], the opposite order of {list}.',
      'Read from right to left: {list}',
      '[Walk|Step] through {list} from the last to the first.',
    ],
    test: [
      'Give me {list} in the opposite order.',
      'Turn this list around: {list}',
      'Recite {list} from its end.',
    ],
  },
  nth: {
    train: [
      'What is the {nth} [word|item] in this list: {list}?',
      'Which [word|item] is {nth}: {list}?',
      'Give me the {nth} [word|item] of the list {list}.',
      '[Can|Could] you tell me the {nth} [word|item|thing] [in|of|on] this list: {list}?',
      '[Tell me|Show me|Find|Name|Say|Write] the {nth} [word|item|thing] [in|of|from] this list: {list}',
      '[Pick|Choose|Get] the {nth} [word|item] [from|in] the list {list}.',
      'Here is my list: {list}. [What|Which one] is the {nth} [word|item|one]?',
      'I have a list: {list}. [What comes {nth}|Which one comes {nth}|What is {nth}]?',
      'The list is {list}. [Give me|Tell me|Name] the {nth} [word|item|one].',
      '[Take|Look at|Read] {list}. [Which|What] is the {nth} [one|word]?',
      'Out of {list}, [which|what] is the {nth}?',
      'In [the list|this list of words:] {list}, [which|what] [word|item] comes {nth}?',
      'In {list}, what is the {nth} [word|item]?',
      '[What|Which word|Which one] [comes|stands|is] {nth} in {list}?',
      'What is in {nth} [place|position] in the list {list}?',
      'Which [word|item] is in {nth} [place|position]: {list}?',
      '[I would like|I want|I need] the {nth} [word|item] of {list}.',
      '[I would like|I want] to know [which word is {nth}|the {nth} word] in this list: {list}',
      '{list} - [which one is {nth}?|what is the {nth} word?|the {nth} one, please.]',
      '{list}. [What is the {nth} word here?|Please tell me the {nth} one.]',
      'The {nth} [word|item|one], please: {list}',
      '{nth} [word|item]: {list}',
      '[I have homework.|For my class:] What is the {nth} word of {list}?',
      'If you read {list}, which [word|item] do you read {nth}?',
      'Count along the list {list} and [tell me|give me|stop at] the {nth} [word|item].',
      'These stand in a row: {list}. Which one is {nth}?',
      '[Can you help me find the {nth} [word|item] in this list: {list}?|Help me find the {nth} [word|item] in this list: {list}]',
      'Only say the {nth} [word|item] of this list: {list}',
      'What did I say {nth}: {list}?',
      '[Of|From|Out of|In] {list}, [give|tell|show] me the {nth}[ one| word| item|].',
      '[Of|From|Out of] {list}, [pick|choose|name|say|write] the {nth}[ one| word| item|].',
      '[Of|From] {list}, I [want|need|would like] [only |just |]the {nth}[ one| word|].',
      'Take the {nth} [one |word |item |][of|out of|from] {list}.',
      '[Look at|Here is|You see|This is] {list}. [Give me|Take|Name|Say|Pick] the {nth}.',
      '{list}: [take|pick|give|say|name] the {nth}[ one|].',
      'Which of {list} is [the |]{nth}?',
      'What [stands|is] at [place|position] {nth}, counted from the start: {list}?',
      'Who comes {nth} in {list}?',
      '[Go|Walk] along {list} and take the {nth}.',
    ],
    test: ['From {list}, take the {nth} one.', 'Hand me the {nth} out of {list}.'],
  },
  last: {
    train: [
      'What is the last [word|item] in this list: {list}?',
      'Which [word|item] is last: {list}?',
      'Give me the last [word|item] of the list {list}.',
      '[Can|Could] you tell me the [last|final] [word|item|thing] [in|of|on] this list: {list}?',
      '[Tell me|Show me|Find|Name|Say|Write] the [last|final] [word|item|thing] [in|of|from] this list: {list}',
      '[Pick|Choose|Get] the last [word|item] [from|in] the list {list}.',
      'Here is my list: {list}. [What|Which one] is the last [word|item|one]?',
      'I have a list: {list}. [What comes last|Which one comes last|What is at the end]?',
      'The list is {list}. [Give me|Tell me|Name] the [last|final] [word|item|one].',
      '[Take|Look at|Read] {list}. [Which|What] is the last [one|word]?',
      'Out of {list}, [which|what] is the last?',
      'In [the list|this list of words:] {list}, [which|what] [word|item] comes last?',
      'In {list}, what is the [last|final] [word|item]?',
      '[What|Which word|Which one] [comes last|comes at the end|is at the end] [in|of] {list}?',
      'How does this list end: {list}?',
      '[What|Which word] does the list {list} end with?',
      'Which [word|item] is in [last place|the last position|the last place]: {list}?',
      '[I would like|I want|I need] the [last|final] [word|item] of {list}.',
      '[I would like|I want] to know [which word is last|the last word|what is at the end] in this list: {list}',
      '{list} - [which one is last?|what is the last word?|the last one, please.]',
      '{list}. [What is the last word here?|Please tell me the last one.]',
      'The [last|final] [word|item|one], please: {list}',
      '[Last|Final] [word|item]: {list}',
      '[I have homework.|For my class:] What is the last word of {list}?',
      'If you read {list}, which [word|item] do you read last?',
      'Go to the end of the list {list} and [tell me|say] the [word|item] there.',
      'These stand in a row: {list}. Which one is at the end?',
      '[Can you help me find the last [word|item] in this list: {list}?|Help me find the last [word|item] in this list: {list}]',
      'Only say the last [word|item] of this list: {list}',
      'What did I say last: {list}?',
      '[Of|From|Out of|In] {list}, [give|tell|show] me the [last|final][ one| word| item|].',
      '[Of|From|Out of] {list}, [pick|choose|name|say|write] the [last|final][ one| word| item|].',
      '[Of|From] {list}, I [want|need|would like] [only |just |]the [last one|one that is last|end].',
      'Take the [last|final] [one |word |item |][of|out of|from] {list}.',
      '[Look at|Here is|You see|This is] {list}. [Give me|Take|Name|Say|Pick] [the last|what is last|what is at the end|the one that ends it].',
      '{list}: [take|pick|give|say|name] [the last one|the one that is last|what stands at the end].',
      'Which of {list} [is at the end|is last|ends the list]?',
      '[Name|Say|Pick|Find] the one [that is |]at the [end|very end|back] of {list}.',
      'Who comes last in {list}?',
      'What [word|item] [closes|finishes|ends] {list}?',
      '[Go|Walk] to the end of {list}. What is there?',
    ],
    test: ['From {list}, take the one at the end.', 'Which one stands behind all others in {list}?'],
  },
  contains: {
    train: [
      'Is {word} in this list: {list}?',
      'Does this list contain {word}: {list}?',
      'Is the word {word} in the list {list}?',
      'Does the list {list} [contain|include|have] [{word}|the word {word}]?',
      'Do the words {list} include {word}?',
      'Is {word} [on|one of the words in|one of the items in|part of] this list: {list}?',
      'Is {word} one of [these|these words|them|the following]: {list}?',
      'Is {word} among [these words|these|the words]: {list}?',
      '[Can|Could] you [find|see|spot] {word} in this list: {list}?',
      '[Can|Could] you [check|tell me] [if|whether] {word} is in this list: {list}?',
      '[Check|Tell me|Say|Find out|Please check|Please tell me] [if|whether] {word} is in [the list|this list:] {list}.',
      'Here is my list: {list}. Is {word} [on it|in it|there|one of them]?',
      'I have a list: {list}. Does it [contain|include|have] {word}?',
      'The list is {list}. [Did I write|Do you see|Do I have] {word}?',
      'My words are {list}. Is {word} one of them?',
      '[I would like|I want] to know [if|whether] {word} is in the list {list}.',
      'I am looking for {word}. Is it [in|on] [this list|the list]: {list}?',
      '[I wonder if|I am not sure if] {word} is in this list: {list}',
      '{list} - is {word} [in there|in this list|one of them]?',
      '{list}. [Is {word} in this list?|Did I say {word}?]',
      '{word}: is it in the list {list}?',
      '[Yes or no|True or false]: is {word} in the list {list}?',
      'In the list {list}, is there the word {word}?',
      'Among {list}, [is there|do you find|can you find] {word}?',
      '[Look|Search] for {word} in this list: {list}. Is it there?',
      '[Did I|Did we] [forget|leave out] {word}, or is it in the list: {list}?',
      '[Have I|Have we] got {word} in [this list|the list]: {list}?',
      'Do you [see|find] {word} in {list}?',
      'Does {word} [appear|occur|come] in the list {list}?',
      '[I have homework.|For my class:] Is the word {word} in {list}?',
      'I packed {list}. Is {word} on my list?',
      '[Look at|See|Read|Check] {list}. Is {word} [there|in it|one of them|among them]?',
      '[Look at|See|Read|Check] {list}. [Do|Can] you [find|spot|read|notice] {word}[ in it| here|]?',
      '[Look at|Take|Here is|You see] {list}. [Does it have|Do they include|Is there also] {word}?',
      '{list}: [can you see|do you see|is there|does it have] {word}[ here|]?',
      'Can you [see|spot|find] [the word |]{word} [among|in] {list}?',
      'Is there [a |]{word} [among|in] {list}?',
      'Would I [find|see] {word} in {list}?',
      'Do I [find|see|read] {word} [there|here]: {list}?',
      'Have {list} got {word} among them?',
      'Does {word} [belong|count] to {list}?',
      'Was {word} [named|said] in {list}?',
    ],
    test: ['Look at {list}. Can you see {word} there?', 'Would you say that {word} is among {list}?'],
  },
  remove: {
    train: [
      'Remove {word} from this list: {list}',
      'Take {word} out of the list {list}.',
      'Delete {word} from the list: {list}',
      '[Can|Could] you [remove|delete|take out] {word} from this list: {list}?',
      '[Please remove|Please delete|Erase|Drop|Cut|Cross out|Strike] {word} from [this list|the list|these words]: {list}',
      '[Take|Please take|Can you take] {word} away from this list: {list}',
      '[Leave out|Leave off|Skip|Omit|Drop] {word}: {list}',
      '[Leave|Please leave] {word} out of this list: {list}',
      'Here is my list: {list}. [Remove|Delete|Take away|Cross out|Take out] {word}.',
      'I have a list: {list}. [I do not need {word}|I do not want {word}|{word} should go]. What is [left|the list now]?',
      'The list is {list}. [Now remove|Please remove|Please delete] {word}.',
      '[Give me|Write|Show me|Tell me] the list {list} without {word}.',
      '[What is|What would be] the list {list} without {word}?',
      'What is left [if|when] [you|I|we] [remove|take away|delete|cross out] {word} from {list}?',
      'If I [remove|take|delete] {word} from {list}, what [is left|remains|do I have]?',
      'From {list}, [remove|delete|drop|take away] {word}.',
      '[Repeat|Write|Copy|List] {list}, [leaving out|except for|skipping] {word}.',
      '[List|Name|Write|Give me] everything in {list} except {word}.',
      '[List|Name|Give me] all [of these|of these words] except {word}: {list}',
      'All but {word}: {list}',
      '[Without|Except|Remove|No] {word}: {list}',
      '[I would like|I want|I need] this list without {word}: {list}',
      '{word} does not belong in this list: {list}. [Remove it.|Take it out, please.|Can you take it out?]',
      '{word} is not needed any more. [Remove it from|Take it off|Delete it from] the list {list}.',
      'I bought {word}. Take it off my list: {list}',
      '{list} - [remove {word}|without {word}, please|take out {word}].',
      '{list}. [Now the same list without {word}, please|Please remove {word} from this list].',
      'Keep all [of the words|of the items] in {list} but {word}.',
      '[Can you help me [remove|delete] {word} from this list: {list}?|Help me [remove|delete] {word} from this list: {list}]',
      '[Take|Look at] the list {list} and [remove|delete|cross out] {word}.',
      'Which [words|items] are left in {list} after {word} is [gone|removed|taken out]?',
      'There is one too many: {list}. Get rid of {word}.',
      '[Say|Give|List|Name|Write|Repeat] {list}, [leaving|and leave] {word} out.',
      '[Say|Give|List|Name|Write] {list}, [only|just] not {word}.',
      '[Say|Give|List|Name|Write] {list}[,|] [minus|without|not] {word}.',
      '[Say|Give|List|Name|Repeat] [all of |everything in |]{list}, [except|apart from|other than] {word}.',
      '{list}, [minus|except|without] {word}: [what is that|which are they]?',
      '{list}: [take away|remove|lose|no more] {word}.',
      '[Here is|You see|Look at|This is] {list}. [Now|Please|] {word} [must go|has to go|goes away|is out].',
      '[Throw|Kick|Leave|Take] {word} out: {list}',
      '[Say|Write] the same without {word}: {list}',
      'Of {list}, [take|keep|give me] all but {word}.',
    ],
    test: ['Say {list}, but without {word}.', 'Strip {word} from {list}.'],
  },
  append: {
    train: [
      'Add {word} to this list: {list}',
      'Add {word} to the end of the list {list}.',
      'Put {word} at the end of this list: {list}',
      '[Can|Could] you add {word} to [this list|the list|the end of this list]: {list}?',
      '[Please add|Append|Attach] {word} to [this list|the list|the end of this list]: {list}',
      '[Please put|Can you put|Write] {word} [at the end of|after] this list: {list}',
      'Put {word} [last|at the back] in [the list|this list:] {list}.',
      'Here is my list: {list}. [Add|Please add|Now add|Append] {word}.',
      'I have a list: {list}. I [also need|also want|want to add|forgot] {word}. What is [my list|the list] now?',
      'The list is {list}. [Now add|Please add|Also put] {word} at the end.',
      '[What is|What would be] the list {list} with {word} [added|added at the end|at the end]?',
      'If I add {word} to [the end of |]{list}, what [is the new list|do I get|do I have]?',
      'What do [you|I|we] get [if|when] [you|I|we] add {word} to the list {list}?',
      'To {list}, add {word}.',
      'To the list {list}, [please add|add|append] {word} at the end.',
      '[Write|List|Repeat|Give me] {list} followed by {word}.',
      '[Write|Repeat|Copy] the list {list} and [add|put] {word} at the end.',
      '[Give me|Show me|Write] the list {list} with {word} [added|at the end|as the last item].',
      '[I would like|I want|I need] {word} added to this list: {list}',
      'I forgot {word}. [Add it to|Put it at the end of|Please add it to] [the list|my list:] {list}.',
      '{word} is missing. [Add it to|Put it at the end of] the list {list}.',
      '{word} [should come|should go|comes|goes] at the end of this list: {list}. [Write|Give me] the [new|whole|full] list.',
      '{list} - [add {word}|now add {word} at the end|and {word} at the end, please].',
      '{list}. [Please add {word} to this list|Now the same list with {word} at the end].',
      '[Add|Append|Add at the end] {word}: {list}',
      'Make {word} the last [word|item] of this list: {list}',
      'Make this list one [word|item] longer by adding {word}: {list}',
      'We also need {word}. Put it on our list: {list}',
      '[Can you help me add {word} to this list: {list}?|Help me add {word} to this list: {list}]',
      '[Take|Look at] the list {list} and [add|append] {word}.',
      'One more for the list {list}: {word}. [What is the list now?|Write the new list.]',
      '[Say|Give|List|Name|Write|Repeat] {list}, [then|and after that|plus|followed by] {word}.',
      '[Say|Give|List|Name|Write] {list}, with {word} [after it|after them|behind them|last].',
      '[First|Start with] {list}, then {word}. [What is the list?|Give the list.|]',
      '{list}, plus {word}: [what is that|which list is that|the list is]?',
      '{list}: [add|append|plus|and also] {word}.',
      '[Here is|You see|Look at|This is] {list}. [Now|Please|] {word} [comes after|goes behind|joins the list|is added].',
      '[Let|Have] {word} come after {list}.',
      '[Continue|Go on with] {list} with {word}.',
      'After {list} comes {word}. Say all.',
    ],
    test: ['Say {list}, and then {word}.', 'Extend {list} by {word}.'],
  },
  join: {
    train: [
      'Join these lists: {list} and {more}',
      'Put the lists {list} and {more} together.',
      '[Can|Could] you [join|combine|put together|merge] [these lists|these two lists]: {list} and {more}?',
      '[Please join|Combine|Merge|Connect|Link] [these lists|these two lists|the lists]: {list} and {more}',
      '[Combine|Merge|Join] {list} with {more}.',
      '[Join|Combine|Merge] {list} and {more} into [one list|a single list].',
      '[Put|Bring] {list} and {more} [together in one list|into a single list|in the same list].',
      'Here are two lists. The first is {list}. The second is {more}. [Join them.|Put them together.|Combine them into one.]',
      'I have two lists: {list} and {more}. [Can you join them?|[Please combine them|Put them together|Merge them].]',
      'My list is {list}. [Your|His|Her] list is {more}. What is our list together?',
      '[My|One|The first] list is {list}. [My friend has|The other is|The second list is] {more}. Make them one list.',
      'List one: {list}. List two: {more}. [Join them.|What are they together?|Put them together.]',
      'First list: {list}. Second list: {more}. [Write them as one list.|Combine both.|Both together, please.]',
      'A: {list}. B: {more}. [Join|Combine|Merge] the two lists.',
      'What do [you|I|we] get [if|when] [you|I|we] [join|combine|merge|put together] {list} and {more}?',
      'If I [join|combine|put together] the lists {list} and {more}, what is the [new|whole|full] list?',
      '[What is the [joined|combined|whole] list for {list} and {more}?|[Write|Give me|Show me] the [joined|combined|whole] list for {list} and {more}.]',
      '[I would like|I want|I need] a single list with {list} and {more}.',
      '[I would like|I want|We want] to [join|combine|merge] two lists: {list} and {more}',
      '[Write|Say] {list} and {more} as [one list|a single list].',
      '[Add|Append|Attach] the list {more} to the [end of the |]list {list}.',
      'Start with {list} and then add {more}.',
      'After {list}, [also put|put|add] {more}. What is the whole list?',
      '[One list|Together|Combined|Join|Merge], please: {list} and {more}',
      '[Join|Merge|Combine]: {list} and {more}',
      '{list} and {more} - [join these lists|put these together|as one list, please].',
      '[Can you help me [join|combine] two lists: {list} and {more}?|Help me [join|combine] two lists: {list} and {more}]',
      '[Take|Look at] the lists {list} and {more} and [join|merge|combine] them.',
      'These are two lists, but we need only one: {list} and {more}',
      '[Make|Build|Write|Form|Create] [one list|a single list|a list|one long list] [from|out of|with] {list} and {more}.',
      '[Let|Have] {list} and {more} be [one list|a single list].',
      '[Say|Give|Name|List|Write] {list}, then {more}[, all in one list|, together|].',
      '{list} plus {more}: [what is that|one list, please|write the list].',
      '[First|Start with] {list}, then {more}. [What is the list?|Give the list.|One list, please.]',
      '[Here is|You see|Look at] {list}. And here is {more}. [Make it one list|Put both in one list|Join both].',
      '[Bring|Put|Get] {list} and {more} into [one list|a single list].',
      'Out of two make one: {list} and {more}',
      '[Continue|Go on with] {list} with {more}.',
    ],
    test: ['Make one list of {list} and {more}.', 'Tie {list} and {more} into one list.'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */
/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {import('./conversation.mjs').Check} Check */
/** @typedef {{ kind: Kind, values: Record<string, string | number>, answer: string, check: Check, key: (string | number)[] }} Drawn */

const WEIGHTS = {
  sortWords: 5,
  sortNumbers: 4,
  sortDown: 2,
  reverse: 4,
  nth: 2,
  last: 1,
  contains: 2,
  remove: 2,
  append: 1,
  join: 1,
};

/** Words to list, all of one sort now and then. @param {Random} random @param {number} count */
function drawWords(random, count) {
  const { common, animals, fruit, colours } = words;
  return random.sample(random.pick([common, common, common, animals, fruit, colours]), count);
}

/** @param {Random} random */
function drawNumbers(random) {
  /** @type {Set<number>} */
  const numbers = new Set();
  const high = random.pick([20, 99, 99]);
  for (const size = random.between(3, 5); numbers.size < size; ) numbers.add(random.between(1, high));
  return [...numbers];
}

/** @param {readonly (string | number)[]} items */
function listed(items) {
  return {
    answer: items.join(', '),
    check: { kind: /** @type {const} */ ('list'), items: items.map(String) },
  };
}

/** @param {string} answer @param {...string} also */
function exactly(answer, ...also) {
  return { answer, check: { kind: /** @type {const} */ ('exact'), answers: [answer, ...also] } };
}

/** @param {Random} random @param {Kind} kind @returns {Drawn} */
function draw(random, kind) {
  if (kind === 'sortNumbers' || kind === 'sortDown') {
    const numbers = drawNumbers(random);
    const sorted = [...numbers].sort((a, b) => (kind === 'sortDown' ? b - a : a - b));
    return { kind, values: { list: numbers.join(', ') }, ...listed(sorted), key: sorted };
  }
  const drawn = drawWords(random, random.between(4, 7));
  const [word = '', ...rest] = drawn;
  const items =
    kind === 'sortWords' ? drawn.slice(0, random.between(3, 5)) : random.sample(rest, rest.length);
  const values = { list: items.join(', '), word };
  const key = [kind, ...[...items].sort()];
  switch (kind) {
    case 'sortWords':
      return { kind, values, ...listed([...items].sort()), key };
    case 'reverse':
      return { kind, values, ...listed([...items].reverse()), key };
    case 'nth': {
      const position = random.between(1, Math.min(items.length, 4));
      return {
        kind,
        values: { ...values, nth: ordinal(position) },
        ...exactly(items[position - 1] ?? ''),
        key,
      };
    }
    case 'last':
      return { kind, values, ...exactly(items.at(-1) ?? ''), key };
    case 'contains': {
      const there = random.chance(0.5);
      const asked = there ? random.pick(items) : word;
      const answer = there ? `Yes, ${asked} is in the list.` : `No, ${asked} is not in the list.`;
      return { kind, values: { ...values, word: asked }, ...exactly(answer, there ? 'Yes' : 'No'), key };
    }
    case 'remove': {
      const gone = random.pick(items);
      return {
        kind,
        values: { ...values, word: gone },
        ...listed(items.filter((item) => item !== gone)),
        key,
      };
    }
    case 'append':
      return { kind, values, ...listed([...items, word]), key };
    default: {
      const [left, right] = [items.slice(0, -2), items.slice(-2)];
      return { kind, values: { list: left.join(', '), more: right.join(', ') }, ...listed(items), key };
    }
  }
}

/** @param {Random} random @param {Split} split */
function listTurn(random, split) {
  const kinds = /** @type {Kind[]} */ (Object.keys(PHRASES));
  const kind = kinds[random.weighted(kinds.map((name) => WEIGHTS[name]))] ?? 'reverse';
  const { values, answer, check } = drawFor(
    split,
    'lists',
    () => draw(random, kind),
    ({ key }) => key,
  );
  return { user: say(random, split, PHRASES[kind], values), answer, check };
}

export const LISTS = singleTurnSkill('lists', PHRASES, listTurn);
