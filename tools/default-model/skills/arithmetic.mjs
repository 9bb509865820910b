// @ts-check
import { numberInWords } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { singleTurnSkill } from './conversation.mjs';
import { workedSteps } from './worked-steps.mjs';

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */
/** @typedef {'addition' | 'subtraction' | 'multiplication' | 'division'} Operation */
/** @typedef {{ operation: Operation, a: number, b: number }} Problem */

const PHRASES = {
  addition: {
    train: [
      '{a} + {b}',
      '{a}+{b}',
      '{a} + {b} = ?',
      '{a} + {b} =',
      '{a}+{b}=?',
      "[What is|What's|How much is] {a} + {b}?",
      '[What is|How much is|What does it make:] {a} plus {b}?',
      '[Please add|Add|Can you add] {a} and {b}.',
      'What is the sum of {a} and {b}?',
      '[Calculate|Compute|Work out|Solve] {a} + {b}[.|]',
      'What do you get when you add {b} to {a}?',
      '{a} plus {b}[|?| is what?| equals?]',
      '{a} and {b} [together|added up|added together|combined] [make what|make how much|are how much|is what]?',
      '[How much do|What do] {a} and {b} [make|come to|give|add up to][| together| in all]?',
      'What [is the result|is the answer|comes out|do I get] if I [add {a} and {b}.|add {b} to {a}.|put {a} and {b} together?]',
      '[If|When] [you|I|we] add {a} and {b}, [what is the result|what is the answer|what number do we get|what comes out]?',
      "[I would like|I'd like|I want] to [know|find out] [how much {a} plus {b} is|what {a} + {b} is|the sum of {a} and {b}].",
      '[Can|Could|Would] you [please |][work out|calculate|compute|figure out] {a} + {b}[| for me]?',
      '[Could|Can] you tell me [what {a} plus {b} is|how much {a} and {b} make|the sum of {a} and {b}]?',
      '[Please |][give|tell|show] me the [sum|total|result] of {a} and {b}[| please].',
      '[Sum|Total|Addition|Plus]: {a}, {b}',
      '[Sum|Add|Addition|Add up|Add these]: {a} [and|+] {b}',
      '{a} and {b}: [what is the sum?|what is the total?|add them.|how much together?]',
      'Here are two numbers: {a} and {b}. [What is their sum?|How much are they together?|What do they add up to?|Add them up.]',
      'I have [the numbers |]{a} and {b}. [What is the total|What is the sum|How much is that together]?',
      '[I have homework|I am doing my homework|This is for school|I am bad at math|Quick question|Help me with math]. [What is|How much is] {a} + {b}?',
      '[For my homework|For my class|Math|Quick sum|A sum for you|My question]: [what is |how much is |]{a} + {b}?',
      '[Take|Start with|Begin with] {a} and [add {b}|count {b} more|put {b} on top]. [What do you get|What is the result|Where do you end up]?',
      '[What number is|Which number is] {b} [more than|bigger than|larger than|above] {a}?',
      '[Increase|Raise] {a} by {b}[.|. What is the result?]',
      '{b} added to {a}[ is what?| makes what?| equals what?|?|]',
      '{a} [increased by {b}|with {b} added] [is what|is how much|makes what]?',
      "[Let's add|We add|I add|Now add|Just add|Sum up|Add up|Add together] {a} and {b}.",
      'Do you know [what {a} plus {b} is|how much {a} + {b} is|the sum of {a} and {b}]?',
      '[Solve this|Work this out|Calculate this|Answer this|Try this|Next one]: {a} + {b}',
      '{a} + {b} [equals|is|makes|gives] [what|how much|which number]?',
      '{a} + {b}, [please.|what is it?|how much is that?|can you solve it?|do you know?]',
      "[What's|Hi, what's|Hello, what is|Hey, how much is|Okay, what is|Now] {a} plus {b}?",
      '[I am trying|I try] to add {a} and {b}. [What should I get|What is the right answer|Can you help me]?',
      '[The sum|The total|The result] of {a} and {b} is [what|which number|how much]?',
      '[What does|How much does] {a} + {b} [equal|come to|make|give]?',
      '[My teacher|My friend|Somebody|My son] [asks|asked] me [what {a} + {b} is|for the sum of {a} and {b}]. [What do I say?|Please help.|What is it?]',
      '[Help me add|Help me to add|Please help me add] {a} and {b}.',
      '[Put|Bring] {a} and {b} together and [tell me the sum|say what it makes|give me the result].',
      'I [bought|counted|found] {a} things and then {b} more. How many is that?',
      'One number is {a}, the other [one |]is {b}. [What is the sum?|What do they make together?|Add them.]',
    ],
    test: [
      'Tell me {a} plus {b}.',
      'I need to know {a} + {b}.',
      'Find the total of {a} and {b}.',
      'So {a} + {b} is?',
    ],
  },
  subtraction: {
    train: [
      '{a} - {b}',
      '{a}-{b}',
      '{a} - {b} = ?',
      '{a} - {b} =',
      '{a}-{b}=?',
      "[What is|What's|How much is] {a} - {b}?",
      '[What is|How much is] {a} minus {b}?',
      '[Please subtract|Subtract|Take] {b} from {a}.',
      '[Calculate|Compute|Work out|Solve] {a} - {b}[.|]',
      'What is the difference between {a} and {b}?',
      'What is {b} less than {a}?',
      '{a} minus {b}[|?| is what?| equals?]',
      '[Subtract|Take away|Deduct] {b} from {a} and [tell me the result|give me the result|say what is left].',
      '[How much is|What is] left [if|when] [you|I|we] [take {b} from {a}|take {b} away from {a}|subtract {b} from {a}|remove {b} from {a}]?',
      '[If|When] [you|I|we] [take|subtract|remove] {b} from {a}, [what is left|what remains|what is the result|what do we get]?',
      '[What remains|What is left|What stays|What do you get] [when|if] {b} is [taken|subtracted|removed] from {a}?',
      '{a} take away {b}[| is what?| makes what?|?]',
      '{a} less {b}[ is what?| equals what?|?]',
      '[Take|Start with|Begin with] {a} and [subtract {b}|take away {b}|remove {b}]. [What do you get|What is left|What is the result]?',
      "[I would like|I'd like|I want] to [know|find out] [how much {a} minus {b} is|what {a} - {b} is|the difference between {a} and {b}].",
      '[Can|Could|Would] you [please |][work out|calculate|compute|figure out] {a} - {b}[| for me]?',
      '[Could|Can] you tell me [what {a} minus {b} is|how much is left of {a} without {b}|how much {a} - {b} is]?',
      '[Please |][give|tell|show] me the difference [between|of] {a} and {b}[| please].',
      '[Subtract|Subtraction|Minus|Take away|Difference]: {a} - {b}',
      '[Difference|Subtraction]: {a} [minus|and] {b}',
      'Here are two numbers: {a} and {b}. [What is the difference?|What is their difference?|How far apart are they?|Subtract the second from the first.]',
      'I have {a} and [give away|lose|spend|use|take away] {b}. [How much is left|What is left|How much do I still have|How many remain]?',
      '[I have homework|I am doing my homework|This is for school|I am bad at math|Quick question|Help me with math]. [What is|How much is] {a} - {b}?',
      '[For my homework|For my class|Math|Quick sum|A sum for you|My question]: [what is |how much is |]{a} - {b}?',
      'How [much|many] more is {a} than {b}?',
      '[By how much is {a} more than {b}|How far is it from {b} to {a}|How much bigger is {a} than {b}|How much must I add to {b} to get {a}]?',
      '[Decrease|Lower|Reduce] {a} by {b}[.|. What is the result?|. What do you get?]',
      '{a} [decreased by|reduced by|lowered by|without] {b}[ is what?| is how much?|?]',
      '[Which number|What number] is {b} [smaller than|lower than|below|under] {a}?',
      '{b} [taken|subtracted] from {a}[ is what?| makes what?| leaves what?|?|]',
      "[Let's subtract|We subtract|I subtract|Now subtract|Just subtract|Now take|We take] {b} from {a}.",
      'Do you know [what {a} minus {b} is|how much {a} - {b} is|the difference between {a} and {b}]?',
      '[Solve this|Work this out|Calculate this|Answer this|Try this|Next one]: {a} - {b}',
      '{a} - {b} [equals|is|makes|gives|leaves] [what|how much|which number]?',
      '{a} - {b}, [please.|what is it?|how much is that?|can you solve it?|do you know?]',
      "[What's|Hi, what's|Hello, what is|Hey, how much is|Okay, what is|Now] {a} minus {b}?",
      '[I am trying|I try] to take {b} from {a}. [What should I get|What is the right answer|Can you help me]?',
      '[What does|How much does] {a} - {b} [equal|come to|make|give|leave]?',
      '[My teacher|My friend|Somebody|My son] [asks|asked] me what {a} - {b} is. [What do I say?|Please help.|What is it?]',
      'From {a}, [take away|subtract|remove] {b}.',
      '[Go|Count|Step] back {b} from {a}. Where do you [land|end up|arrive]?',
      '[The difference|The gap|The distance] between {a} and {b} is [what|how much|which number]?',
    ],
    test: [
      'Tell me {a} minus {b}.',
      'I need to know {a} - {b}.',
      'Start at {a} and go down by {b}.',
      'So {a} - {b} is?',
    ],
  },
  multiplication: {
    train: [
      '{a} x {b}',
      '{a} * {b}',
      '{a}*{b}',
      '{a} x {b} = ?',
      "[What is|What's|How much is] {a} [x|*] {b}?",
      '[What is|How much is] {a} times {b}?',
      '[Please multiply|Multiply] {a} by {b}.',
      '[Calculate|Compute|Work out] {a} [x|*|times] {b}[.|]',
      'What is the product of {a} and {b}?',
      '{a} times {b}[|?| is what?]',
      '{a} multiplied by {b}[| is what?| equals?| makes what?|?]',
      '[If|When] [you|I|we] multiply {a} by {b}, [what is the result|what is the answer|what number do we get|what comes out]?',
      'What [do you get|is the result|is the answer|comes out] [when|if] you multiply {a} [by|with] {b}?',
      "[I would like|I'd like|I want] to [know|find out] [how much {a} times {b} is|what {a} x {b} is|the product of {a} and {b}].",
      '[Can|Could|Would] you [please |][work out|calculate|compute|figure out|multiply] {a} [x|times|*] {b}[| for me]?',
      '[Could|Can] you tell me [what {a} times {b} is|how much {a} x {b} makes|the product of {a} and {b}]?',
      '[Please |][give|tell|show] me the product of {a} and {b}[| please].',
      '[Product|Multiply|Multiplication|Times table]: {a} [x|times|and] {b}',
      'Here are two numbers: {a} and {b}. [What is their product?|What is one times the other?|Multiply them.]',
      '[I have homework|I am doing my homework|This is for school|I am bad at math|Quick question|I am learning my tables]. [What is|How much is] {a} [x|times|*] {b}?',
      '[For my homework|For my class|Math|Quick one|A question for you|My question]: [what is |how much is |]{a} [x|times|*] {b}?',
      '[How much are|How many are|What are|What is] {a} [groups|lots|sets] of {b}?',
      '[Take|Start with] {a} and multiply [it |]by {b}. [What do you get|What is the result]?',
      'Take {a} times the number {b}. [What do you get|How much is that]?',
      "[Let's multiply|We multiply|I multiply|Now multiply|Just multiply|Multiply together] {a} and {b}.",
      'Do you know [what {a} times {b} is|how much {a} x {b} is|the product of {a} and {b}]?',
      '[Solve this|Work this out|Calculate this|Answer this|Try this|Next one]: {a} [x|*|times] {b}',
      '{a} [x|*|times] {b} [equals|makes|gives] [what|how much|which number]?',
      '{a} [x|*] {b}, [please.|what is it?|how much is that?|can you solve it?|do you know?]',
      "[What's|Hi, what's|Hello, what is|Hey, how much is|Okay, what is|Now] {a} times {b}?",
      '[What does|How much does] {a} [x|*|times] {b} [equal|come to|make|give]?',
      '[My teacher|My friend|Somebody|My son] [asks|asked] me what {a} x {b} is. [What do I say?|Please help.|What is it?]',
      'The product of {a} and {b} is [what|which number|how much]?',
      '[Help me multiply|Help me to multiply|Please help me multiply] {a} by {b}.',
      'One number is {a}, the other [one |]is {b}. [What is the product?|What is one times the other?|Multiply them.]',
      '{a} rows of {b}, how many is that?',
      'From the times tables: {a} [x|times] {b}',
    ],
    test: ['Tell me {a} times {b}.', 'I need to know {a} x {b}.', 'So {a} * {b} is?'],
  },
  division: {
    train: [
      '{a} / {b}',
      '{a} / {b} = ?',
      "[What is|What's|How much is] {a} / {b}?",
      '[What is|How much is] {a} divided by {b}?',
      '[Please divide|Divide] {a} by {b}.',
      '[Calculate|Compute|Work out] {a} / {b}[.|]',
      'How many times does {b} go into {a}?',
      '{a} divided by {b}[| is what?| equals?| makes what?|?]',
      '[If|When] [you|I|we] divide {a} by {b}, [what is the result|what is the answer|what number do we get|what comes out]?',
      'What [do you get|is the result|is the answer|comes out] [when|if] you divide {a} by {b}?',
      "[I would like|I'd like|I want] to [know|find out] [how much {a} divided by {b} is|what {a} / {b} is].",
      '[Can|Could|Would] you [please |][work out|calculate|compute|figure out] {a} [/|divided by] {b}[| for me]?',
      '[Could|Can] you tell me [what {a} divided by {b} is|how often {b} fits into {a}|how much {a} / {b} is]?',
      '[Please |][give|tell|show] me the [quotient of {a} and {b}|result of {a} divided by {b}][| please].',
      '[Division|Divide|Quotient|Share]: {a} [/|by|divided by] {b}',
      'Here are two numbers: {a} and {b}. [What is the first divided by the second?|Divide the first by the second.]',
      '[I have homework|I am doing my homework|This is for school|I am bad at math|Quick question]. [What is|How much is] {a} [/|divided by] {b}?',
      '[For my homework|For my class|Math|Quick one|A question for you|My question]: [what is |how much is |]{a} [/|divided by] {b}?',
      '[How often|How many times] does {b} fit [into|in] {a}?',
      'How many [groups of {b}|times {b}] are [there |]in {a}?',
      '[Share|Split] {a} [into {b} equal parts|equally among {b}|by {b}]. [How much is one part|How much does each get|How big is each part]?',
      '[If|When] {a} [is split into|is cut into|is shared into] {b} equal parts, how [big|large] is [one|each] part?',
      '[Take|Start with] {a} and divide [it |]by {b}. [What do you get|What is the result]?',
      "[Let's divide|We divide|I divide|Now divide|Just divide|Split] {a} by {b}.",
      'Do you know [what {a} divided by {b} is|how much {a} / {b} is]?',
      '[Solve this|Work this out|Calculate this|Answer this|Try this|Next one]: {a} [/|divided by] {b}',
      '{a} / {b} [equals|makes|gives] [what|how much|which number]?',
      '{a} / {b}, [please.|what is it?|how much is that?|can you solve it?|do you know?]',
      "[What's|Hi, what's|Hello, what is|Hey, how much is|Okay, what is|Now] {a} divided by {b}?",
      '[What does|How much does] {a} [/|divided by] {b} [equal|come to|make|give]?',
      '[My teacher|My friend|Somebody|My son] [asks|asked] me what {a} / {b} is. [What do I say?|Please help.|What is it?]',
      'The quotient of {a} and {b} is [what|which number]?',
      '[What number|Which number] times {b} [makes|gives|is] {a}?',
      '{a} / {b} =',
    ],
    test: ['Tell me {a} divided by {b}.', 'I need to know {a} / {b}.', 'So {a} / {b} is?'],
  },
  numberOnly: {
    train: [
      '{question} [Give|Write|Say] only the number.',
      '{question} [Answer with|Reply with] [just|only] the number.',
      '{question} [Just the number.|Only the number, please.|Just the result, please.]',
      '{question} [No words, just|No sentence, only|Nothing but|No more than] the number[, please|].',
      '{question} [Answer|Reply|Respond] with [a single number|one number|the number alone|digits only|nothing but the number].',
      '{question} [The number is enough|The result is enough|A number is all I need|I only need the number|I just want the result].',
      "{question} [Do not|Don't] [explain|write a sentence|write the sum|repeat the question][, just give the number|, only give the result].",
      '{question} [Number only|Only the result|Only the answer|Result only|Just a number][, please|].',
      '{question} [Please give|Please write|Please say] [just|only] the [result|number].',
      '{question} Your answer [should|must] be [only a number|just a number|a number and no words|one number].',
      '{question} [Keep it short: |Be brief: |Short answer: ][just|only] the number.',
      '{question} [Say|Write|Give|Print|Return] [just|only] the [result|number][| please].',
      '{question} [Without words|No text|No explanation|No extra words|No equation][, please|].',
      '{question} [Output|Send|Tell me] the [result|number] [alone|only|without words].',
      '[Only the number|Just the number|Answer with only the number|Reply with just the number]: {question}',
      '[Give me only|Give only|Give just|Say only] the [number|result][| please]. {question}',
      '[Answer|Reply] with [a number only|one number|a single number]. {question}',
      '[In one number|With one number|As a number only]: {question}',
      '[No words, only the number|Short answer, only the number]. {question}',
    ],
    test: ['{question} I want the number and nothing else.'],
  },
  steps: {
    train: [
      '[Work out|Calculate|Solve] {sum} step by step.',
      'What is {sum}? [Show your work.|Think step by step.|Show each step.|Explain the steps.]',
      '[Explain|Show me] how to [work out|calculate] {sum}.',
      '[What is|How much is] {sum}? [Go step by step|Step by step, please|Take it step by step|Do it in steps|Show the steps|Show all steps].',
      '[How do I|How do you|How can I|How would you|How do we] [work out|calculate|solve|compute|do] {sum}[| step by step]?',
      '[Show|Show me|Give me|Write|Write down] [the steps|every step|all the steps|each step] [of|for|to solve] {sum}.',
      '[Show|Show me|Explain|Explain to me] [how you get|how to get|how you find|how to find] the [result|answer] of {sum}.',
      '[Can|Could|Would] you [please |][explain|show me|go through] [how to solve|how to do|how to work out] {sum}?',
      '[Please |][solve|calculate|work out|compute] {sum} and [show your work|show the steps|explain each step|show how you do it|write down each step].',
      '{sum}: [step by step|show the steps|show your work|explain how|in steps], please.',
      '{sum}[,|:] step by step[|.]',
      '[Step by step|In steps|With all steps|With steps|Slowly, step by step]: [what is |how much is |]{sum}?',
      '[Digit by digit|Column by column]: what is {sum}?',
      '[Work out|Calculate|Solve|Do] {sum} [digit by digit|column by column|in small steps|slowly, with every step].',
      "[I would like|I'd like|I want] to [see|learn|understand] how [to solve|to work out|to calculate|you do] {sum}.",
      "[I do not|I don't] [understand|know] how to [do|solve|work out] {sum}. [Please explain|Can you show me|Can you explain it|Show me the steps].",
      "[Help me|Teach me how to|Teach me to|Let's|I need help to] [solve|work out|calculate] {sum} step by step.",
      '[Walk me|Take me|Guide me|Lead me] through {sum}[| step by step].',
      '[My teacher wants to see my work|I have homework|I am learning this|I have to show my work]. [How do I solve|Show the steps for|Explain how to do|Solve step by step:] {sum}[.|]',
      '[Tell me|Explain] [how|the way] to [do|solve] {sum}, [with each step|showing every step|step by step].',
      'Think [step by step|carefully, in steps]: [what is |how much is |]{sum}?',
      '[What are|Which are] the steps [to solve|to work out|for|to calculate] {sum}?',
      'Solve {sum}. [Write each step on a line|Show me each step|Explain what you do|Do not skip any step|Show how it is done].',
      "[Let us|Let's] do {sum} together[, step by step|, one digit at a time|. Show me each step].",
    ],
    test: ['Do {sum} for me, one step after the other.'],
  },
};

/** Share of answers that are the bare number, of those that show the steps, and of operands written in words. */
const NUMBER_ONLY = 0.2;
const STEPS = 0.15;
const IN_WORDS = 0.06;

/** How often each sort of problem comes; two digits matter most in use and still can be learned. */
const SORTS = /** @type {const} */ ([
  { weight: 14, operation: 'addition', low: 0, high: 10 },
  { weight: 24, operation: 'addition', low: 1, high: 99 },
  { weight: 8, operation: 'addition', low: 10, high: 999 },
  { weight: 10, operation: 'subtraction', low: 0, high: 10 },
  { weight: 20, operation: 'subtraction', low: 1, high: 99 },
  { weight: 6, operation: 'subtraction', low: 10, high: 999 },
  { weight: 13, operation: 'multiplication', low: 0, high: 12 },
  { weight: 5, operation: 'division', low: 1, high: 12 },
]);

const SIGNS = { addition: '+', subtraction: '-', multiplication: 'x', division: '/' };

/** @param {Problem} problem */
export function resultOf({ operation, a, b }) {
  if (operation === 'addition') return a + b;
  if (operation === 'subtraction') return a - b;
  return operation === 'multiplication' ? a * b : a / b;
}

/** `23 + 45 = 68`. @param {Problem} problem */
export function equation(problem) {
  return `${problem.a} ${SIGNS[problem.operation]} ${problem.b} = ${resultOf(problem)}`;
}

/** @param {Random} random @param {Split} split @returns {Problem} */
export function drawProblem(random, split) {
  const sort = SORTS[random.weighted(SORTS.map(({ weight }) => weight))] ?? SORTS[0];
  const draw = () => {
    const [x, y] = [random.between(sort.low, sort.high), random.between(sort.low, sort.high)];
    if (sort.operation === 'division') return { operation: sort.operation, a: x * y, b: y };
    if (sort.operation === 'subtraction')
      return { operation: sort.operation, a: Math.max(x, y), b: Math.min(x, y) };
    return { operation: sort.operation, a: x, b: y };
  };
  return drawFor(split, 'sums', draw, problemKey);
}

/** Sums are split by their operands in either order; small ones and tables are known by heart. @param {Problem} problem */
export function problemKey({ operation, a, b }) {
  if (operation === 'multiplication' || operation === 'division' || Math.max(a, b) <= 20) return null;
  return [operation, Math.min(a, b), Math.max(a, b)];
}

/** @param {Random} random @param {Split} split */
function arithmeticTurn(random, split) {
  const problem = drawProblem(random, split);
  const result = resultOf(problem);
  const check = { kind: /** @type {const} */ ('number'), value: result };
  const { operation, a, b } = problem;
  const long = (operation === 'addition' || operation === 'subtraction') && Math.max(a, b) > 20;
  if (long && random.chance(STEPS)) {
    const sum = `${a} ${SIGNS[operation]} ${b}`;
    const answer = `${workedSteps(operation, a, b)}\n${equation(problem)}`;
    return { user: say(random, split, PHRASES.steps, { sum }), answer, check };
  }
  const written = random.chance(IN_WORDS) ? { a: numberInWords(a), b: numberInWords(b) } : { a, b };
  const question = say(random, split, PHRASES[operation], written);
  if (!random.chance(NUMBER_ONLY))
    return { user: question, answer: equation(problem), brief: String(result), check };
  const user = say(random, split, PHRASES.numberOnly, { question: asSentence(question) });
  return {
    user,
    answer: String(result),
    brief: String(result),
    check: { kind: /** @type {const} */ ('exact'), answers: [String(result)] },
  };
}

/** @param {string} question such as "2 + 3 =" */
function asSentence(question) {
  const bare = question.replace(/ ?=$/, '');
  return /[.?]$/.test(bare) ? bare : `${bare}.`;
}

export const ARITHMETIC = singleTurnSkill('arithmetic', PHRASES, arithmeticTurn, { casual: true });
