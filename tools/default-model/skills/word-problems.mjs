// @ts-check
import { readWordLists } from '../language/data.mjs';
import { counted, plural } from '../language/english.mjs';
import { say } from '../language/phrases.mjs';
import { drawFor } from '../language/split.mjs';
import { drawPeople } from '../stories/cast.mjs';
import { equation, resultOf } from './arithmetic.mjs';
import { singleTurnSkill } from './conversation.mjs';

const { countables } = readWordLists('things', 'countables');

const PHRASES = {
  addition: {
    train: [
      '{A} has {x}. {B} gives {A.him} {y} more. How many {things} does {A} have now?',
      '{A} has {x} and finds {y} more. How many {things} does {A} have [now|in all|altogether]?',
      'There {are} {x} on the table. {A} puts {y} more there. How many {things} are on the table?',
      '{A} has {x} and {B} has {y}. How many {things} do they have together?',
      'There {are} {x} in one box and {y} in another. How many {things} are there [in all|altogether]?',
      '{A} [bought|found|collected|counted] {x} on Monday and {y} on Tuesday. How many {things} is that?',
      'A bag holds {x}. {A} adds {y}. How many {things} are in the bag now?',
      '{A} [owns|has got|keeps|holds] {x}. [Then|Later|After that] {A.he} [gets|buys|finds|receives] {y} more. How many {things} does {A} [have|own] [now|in total|altogether]?',
      '{A} [had|owned] {x}. [Yesterday|Today|Then|Last week] {A.he} [got|bought|found|received] {y} more. [How many {things} does {A.he} have now|What is the total|How many {things} is that altogether]?',
      '{A} has {x}. {A.His} friend {B} has {y}. [How many {things} are there in total|How many {things} do the two have together|How many {things} do they have in all]?',
      '{A} and {B} put their {things} together. {A} [has|brings] {x} and {B} [has|brings] {y}. How many {things} are there [now|in all|altogether|in total]?',
      '[How many {things} are there in all|What is the total number of {things}|How many {things} do they have together] if {A} has {x} and {B} has {y}?',
      '[If|Suppose|Say] {A} has {x} and {B} gives {A.him} {y}, how many {things} does {A} have [then|now|in the end]?',
      'How many {things} does {A} have [now|in all] if {A.he} [had|started with] {x} and [got|found|bought] {y} more?',
      '[On|In] the [table|shelf|box|basket] there {are} {x}. {A} [adds|puts in|brings|lays down] {y} more. How many {things} are there now?',
      'There {are} {x} in [the|a] [basket|jar|box|drawer]. [Someone|{A}|{B}] [adds|puts in|drops in] {y}. [How many {things} are inside now|How many {things} does it hold now|How many {things} is that]?',
      '{A} has {x} in one [hand|pocket|bag|box] and {y} in the other. How many {things} does {A.he} have [in all|altogether|in total]?',
      '{A} [found|collected|picked up|saw|bought] {x}, and {B} [found|collected|picked up|saw|bought] {y}. How many {things} [did they get in total|is that together|are there in all]?',
      '{A} [gets|receives] {x} from {A.his} mother and {y} from {A.his} father. How many {things} does {A.he} [get|have] [in all|altogether|in total]?',
      '{A} [gets|got|received] {x} from {B} and {y} from a friend. How many {things} [is that in total|did {A.he} get|are there together]?',
      'I have {x}. {A} gives me {y} more. How many {things} do I have [now|in all|altogether]?',
      'I [bought|found|collected|counted] {x} and [then|later] {y} more. How many {things} [do I have|is that|are there in all]?',
      'I have {x} and my friend {A} has {y}. [How many {things} do we have together|How many {things} is that in total|How many {things} have we got]?',
      'You have {x}. {A} gives you {y}. How many {things} do you have now?',
      'We had {x} at home and bought {y} more. How many {things} do we have [now|in total]?',
      '{B} gave {y} to {A}. {A} had {x} before. How many {things} does {A} have now?',
      'A shop has {x}. [Then|Today|In the afternoon] {y} more [arrive|come in|come from the store]. How many {things} does the shop have now?',
      '[First|At first] {A} [sees|counts|finds] {x}, then {y}. How many {things} [does {A.he} see|are there|is that] [in all|altogether|in total]?',
      '[Here is a problem|Math problem|A riddle|Homework|Word problem]: {A} has {x} and gets {y} more. How many {things} does {A.he} have?',
      '[My homework says|My teacher asks|Please help me with this|Can you solve this]: {A} has {x}, {B} has {y}. How many {things} do they have [together|in all]?',
      '{x} and {y} are [in a box|on the floor|in the room|in a bag]. How many {things} [are there|is that in total]?',
      '{A} has {x}. {A.He} [needs|wants|asks for] {y} more and [gets|buys] them. How many {things} does {A.he} have [then|at the end]?',
      '[Last week|Yesterday|Last year] {A} [made|found|bought] {x}. [This week|Today|This year] {A.he} [made|found|bought] {y}. What is the total?',
      '{A} has {x}. {B} has {y} more than {A}. How many {things} does {B} have?',
      'Starting with {x}, {A} [finds|buys|gets] another {y}. How many {things} [now|in all|does that make]?',
      '{A} needs {x} for one game and {y} for another. How many {things} does {A.he} need in all?',
      '[Tell me|Please tell me|Work out|Can you tell me|I would like to know] how many {things} {A} has: {A.he} had {x} and {B} gave {A.him} {y}.',
      '{A}: {x}. {B}: {y}. How many {things} [together|in total|in all]?',
      '{B} [gives|brings|hands|sends] {y} to {A}[, and|. But] {A} [has|had] {x} [already|before that]. [How many {things} are there|What is the number of {things}|How many {things} does {A} have now]?',
      '{y} [come|go|are added] to the {x} [that {A} has|of {A}]. How many {things} [is that|are there]?',
      '[What is|Tell me] the [number of {things}|total] when {A} has {x} and {B} brings {y}[?|.]',
      '[First|In the morning|At noon|On Monday] {A} [had|found] {x}, [and later|then|in the evening] {y} [on top|more|too]. How many {things}[ in all|]?',
      '{A} already has {x}. {B} [comes with|adds|brings] {y}. [What is the number of {things} now|How many {things} are there]?',
    ],
    test: [
      'In the morning {A} had {x}, and in the evening {A.he} got {y} on top. How many {things} are there?',
      '{B} brings {y} to {A}, who already has {x}. What is the number of {things}?',
    ],
  },
  subtraction: {
    train: [
      '{A} has {x}. {A.He} gives {y} to {B}. How many {things} does {A} have left?',
      '{A} had {x} and lost {y}. How many {things} are left?',
      'There {are} {x} in a bag. {A} takes {y} out. How many {things} are left in the bag?',
      '{A} has {x}, and {B} has {y}. How many more {things} does {A} have than {B}?',
      '{A} picked {x} and {B} ate {y} of them. How many {things} are left?',
      'A shop has {x}. It sells {y}. How many {things} are left in the shop?',
      '{A} [owns|has got|had|has] {x}. [Then|Later|After that|Now] {A.he} [loses|gives away|sells|uses|drops] {y}. How many {things} [are left|does {A.he} still have|does {A.he} have now]?',
      '{A} had {x}. [Yesterday|Today|Then|Last week] {A.he} [gave away|lost|sold|used|gave {B}] {y}. How many {things} [does {A.he} have left|does {A.he} still have|are left over|does {A} have now]?',
      '[If|Suppose|Say] {A} has {x} and gives {B} {y}, how many {things} does {A} [have left|still have|keep]?',
      'How many {things} [are left|remain|does {A} have left|does {A} still have] if {A} had {x} and [lost|sold|used|gave away] {y}?',
      'How many {things} does {A} [keep|have left|still have] after giving {y} of {A.his} {x} to {B}?',
      'There were {x} [on the table|in the basket|in the box|in the jar|on the shelf]. {A} [took|removed|took away] {y}. How many {things} [are still there|are left|remain|are there now]?',
      '[On the table|In the basket|In the box|In the drawer] there are {x}. {A} [takes|removes|takes away] {y}. How many {things} [stay there|are left|remain|are there now]?',
      'A [basket|jar|box|drawer] holds {x}. {B} takes {y} [out|away]. [How many {things} are still inside|How many {things} stay in it|How many {things} are left]?',
      'I have {x}. I give {y} to {A}. How many {things} do I [have left|still have|keep]?',
      'I had {x}, but [I lost|{A} took|I gave away|I sold] {y}. How many {things} [do I have now|are left|do I still have]?',
      'You have {x}. {A} takes {y} [away|from you]. How many {things} do you have left?',
      'We had {x} and used {y}. How many {things} do we [have left|still have]?',
      '{A} has {x}. {B} has {y} fewer than {A}. How many {things} does {B} have?',
      '{A} has {x}. {B} has only {y}. [How many fewer {things} does {B} have|What is the difference|How many {things} more does {A} have]?',
      'How many more {things} does {A} have than {B}, if {A} has {x} and {B} has {y}?',
      '{A} [needs|wants] {x}. {A.He} [already has|has] {y}. How many {things} [are missing|does {A.he} still need|must {A.he} still find]?',
      '{A} [wants to collect|has to find|is looking for] {x} and has found {y} [so far|already]. How many {things} are still missing?',
      '{B} [takes|steals|borrows|gets] {y} from {A}, who had {x}. How many {things} does {A} [have now|have left|still have]?',
      '{A} [bought|found|made|collected] {x} and [gave|sold|sent] {y} to {B}. How many {things} did {A.he} keep?',
      'A shop had {x}. [In the morning|Today|During the day] {y} got sold. How many {things} [does the shop still have|are left]?',
      'A seller has {x} and sells {y} [to {A}|today]. How many {things} [are left|are not sold|does the seller still have]?',
      '[Here is a problem|Math problem|A riddle|Homework|Word problem]: {A} has {x} and loses {y}. How many {things} does {A.he} have left?',
      '[My homework says|My teacher asks|Please help me with this|Can you solve this]: {A} had {x} and gave {B} {y}. How many {things} are left?',
      "Of {A}'s {x}, {y} [got lost|fell down|broke]. How many {things} does {A.he} still have?",
      '{A} carried {x}, but {y} fell on the ground. How many {things} does {A.he} still carry?',
      'Starting with {x}, {A} gives away {y}. How many {things} [are left|does {A.he} keep|does that leave]?',
      '[Tell me|Please tell me|Work out|Can you tell me|I would like to know] how many {things} {A} still has: {A.he} had {x} and gave {B} {y}.',
      '{A} had {x}, minus {y} for {B}. How many {things} are left?',
      '{A} and {B} have {x} together. {B} has {y}. How many {things} does {A} have?',
      "Somebody took {y} from {A}'s {x}. How many {things} does {A} have now?",
      '[First|At first] there were {x}. Then {A} [used up|took|threw away] {y}. How many {things} [remain|are still there|are left]?',
      '{B} took {y} [from|out of] the {x} of {A}. [What is left|How many {things} are left|What remains]?',
      '{B} [ate|lost|sold|used|broke|borrowed|hid] {y} of the {x} that {A} [had|owned|got|bought]. [What is left|What remains|How many {things} are left|How many {things} does {A} still have]?',
      '{y} of the {x} [that {A} had |of {A} |]are gone. [What is left|How many {things} remain|How many {things} are left]?',
      '{y} of {x} [were sold|got lost|are broken|were eaten|fell down]. [What remains|What is left|How many {things} are left]?',
      '{A} [gave|sold|lent|sent] {B} {y} of {A.his} {x}. [What is left|What does {A} keep|How many {things} remain]?',
      '{A} [used|lost|spent|sold] {y} out of {x}. [What is left|What remains|How many {things} are left]?',
      'Take {y} from the {x} [of {A}|that {A} has]. [What is left|How many {things} remain]?',
      'From {x}, {A} [used|took|sold|gave away] {y}. [How many {things} remain|What is left]?',
      'When {y} of {x} are [taken|gone|lost], [how many {things} are left|what remains]?',
    ],
    test: [
      'Out of {x}, {A} used {y}. How many {things} remain?',
      '{B} took {y} of the {x} that {A} had. What is left?',
    ],
  },
  multiplication: {
    train: [
      'There are {a} boxes with {y} in each box. How many {things} are there [in all|altogether]?',
      '{A} has {a} bags. Each bag holds {y}. How many {things} does {A} have?',
      '{A} buys {y} every day for {a} days. How many {things} does {A.he} buy?',
      'Each of {a} children has {y}. How many {things} do they have together?',
      '{A} makes {a} rows of {y}. How many {things} is that?',
      '{a} [children|friends|people|girls|boys] [bring|get|find|have|make] {y} each. How many {things} is that [in total|in all|altogether]?',
      'There are {a} [bags|baskets|jars|drawers|tables|plates]. [Each|Every one|Each one] [has|holds] {y}. How many {things} are there [in total|in all|altogether]?',
      '{A} has {a} [boxes|baskets|jars|packs|pockets] with {y} [each|in each|in every one]. How many {things} [does {A} have|is that|are there in all]?',
      '{A} [fills|packs|opens|carries|finds|buys] {a} [boxes|bags|baskets|jars]. [In each|In every one] there are {y}. How many {things} [is that|are there|are there in total]?',
      '[How many {things} are there|How many {things} is that|What is the total number of {things}] if {a} [boxes|bags|baskets|people|friends] have {y} each?',
      '[If|Suppose|When] each of {a} [boxes|bags|friends|people|children] has {y}, how many {things} are there [in all|altogether|in total]?',
      '[If|Suppose|When] {A} [finds|buys|makes|gets|uses] {y} a day, how many {things} is that in {a} days?',
      '{A} [finds|makes|collects|gets|sells|needs] {y} [each day|every day|a day]. How many {things} is that [in|after|over] {a} days?',
      '{A} [finds|makes|collects|gets|buys] {y} [each week|every week|a week] for {a} weeks. How many {things} does {A.he} have [then|in the end|altogether]?',
      '{A} [gives|hands|wants to give|sends] {y} to each of {A.his} {a} friends. How many {things} [does {A.he} need|is that|are there in all]?',
      '{A} has {a} friends and gives each [of them|friend] {y}. How many {things} does {A.he} give away?',
      '{A} and {B} [see|count|have] {a} [rows|groups|piles|stacks] with {y} in each. How many {things} are there [in all|altogether]?',
      'There are {a} [rows|groups|piles|stacks] of {y}. How many {things} [are there|is that] [in all|altogether|in total]?',
      '{A} [lays|puts|arranges] {things} in {a} rows, {y} in each row. How many {things} [are there|does {A.he} have|does {A.he} need]?',
      'In a class there are {a} children. [Each child|Every child|Everyone] [has|brings|gets] {y}. How many {things} are there?',
      'I have {a} [bags|boxes|jars] and put {y} in each. How many {things} do I [have|need]?',
      'I [buy|find|get|make] {y} every day. How many {things} [do I have after|is that in] {a} days?',
      'We are {a} friends, and each of us has {y}. How many {things} do we have [together|in all]?',
      'You buy {a} packs. There are {y} in a pack. How many {things} do you [have|get]?',
      'One [box|bag|pack|basket] holds {y}. How many {things} are in {a} of them?',
      '[Each|A|Every] [box|bag|pack|basket] holds {y}, and [there are|{A} has|we have] {a}. How many {things} are there?',
      '{A} [visits|goes to] the shop {a} times and [buys|gets] {y} each time. How many {things} [does {A.he} buy|is that|does {A.he} have]?',
      '{B} gives {A} {y} on each of {a} days. How many {things} does {A} get?',
      '[Here is a problem|Math problem|A riddle|Homework|Word problem]: there are {a} boxes with {y} in each. How many {things} are there?',
      '[My homework says|My teacher asks|Please help me with this|Can you solve this]: {A} has {a} bags and each bag has {y}. How many {things} does {A.he} have?',
      '[Tell me|Please tell me|Work out|Can you tell me|I would like to know] how many {things} there are in {a} bags with {y} in each bag.',
      'A shop sells {things} in packs: {y} in a pack. {A} buys {a} packs. How many {things} is that?',
      '{A} has {a} times {y}. How many {things} is that?',
      'Every room has {y}. How many {things} are in {a} rooms?',
    ],
    test: ['{a} shelves hold {y} each. What is the number of {things}?'],
  },
};

/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */

/** @param {Random} random @param {Split} split */
function wordProblemTurn(random, split) {
  const operation = random.pick(/** @type {const} */ (['addition', 'subtraction', 'multiplication']));
  const [A, B] = drawPeople(random, 2);
  const noun = random.pick(countables);
  const draw = () => {
    if (operation === 'multiplication')
      return { operation, a: random.between(2, 10), b: random.between(2, 10) };
    const [p, q] = [random.between(1, 20), random.between(1, 20)];
    if (operation === 'addition') return { operation, a: p, b: q };
    return { operation, a: p + q, b: q };
  };
  // Small sums are known by heart; what is held out is the sum of these very things.
  const problem = drawFor(split, 'word-problem', draw, ({ a, b }) => [noun, operation, a, b]);
  const { a, b } = problem;
  const values = {
    A,
    B,
    a,
    are: a === 1 ? 'is' : 'are',
    x: counted(a, noun),
    y: counted(b, noun),
    things: plural(noun),
  };
  const result = resultOf(problem);
  return {
    user: say(random, split, PHRASES[operation], /** @type {any} */ (values)),
    answer: `${equation(problem)}, so the answer is ${counted(result, noun)}.`,
    brief: String(result),
    check: { kind: /** @type {const} */ ('number'), value: result },
  };
}

export const WORD_PROBLEMS = singleTurnSkill('word-problems', PHRASES, wordProblemTurn);
