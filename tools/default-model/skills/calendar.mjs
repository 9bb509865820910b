// @ts-check
import { say } from '../language/phrases.mjs';
import { isHeldOut } from '../language/split.mjs';
import { singleTurnSkill } from './conversation.mjs';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS =
  'January, February, March, April, May, June, July, August, September, October, November, December'.split(
    ', ',
  );
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const POSITIONS =
  'first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth'.split(', ');

const PHRASES = {
  tomorrow: {
    train: [
      'What day comes after {day}?',
      'If today is {day}, what day is tomorrow?',
      'Today is {day}. What day is it tomorrow?',
      'Which day [follows|comes right after] {day}?',
    ],
    test: ['It is {day} now. Tell me the next day.'],
  },
  yesterday: {
    train: [
      'What day comes before {day}?',
      'If today is {day}, what day was yesterday?',
      'Today is {day}. What day was it yesterday?',
      'Which day is [right |]before {day}?',
    ],
    test: ['It is {day} now. Tell me the day before.'],
  },
  afterTomorrow: {
    train: [
      'Today is {day}. What day is the day after tomorrow?',
      'If today is {day}, what day is it in two days?',
    ],
    test: ['It is {day} now. Tell me the day after tomorrow.'],
  },
  inDays: {
    train: [
      'Today is {day}. What day is it in {n} days?',
      'If it is {day}, what day will it be in {n} days?',
      'What day is {n} days after {day}?',
    ],
    test: ['It is {day} now. I wait {n} days. Which day is it then?'],
  },
  daysAgo: {
    train: ['Today is {day}. What day was it {n} days ago?', 'What day is {n} days before {day}?'],
    test: ['It is {day} now. Go back {n} days. Which day is that?'],
  },
  nextMonth: {
    train: [
      'What month comes after {month}?',
      'Which month [follows|is after|comes right after] {month}?',
      'It is {month}. What is the next month?',
    ],
    test: ['{month} is over. Which month begins?'],
  },
  lastMonth: {
    train: [
      'What month comes before {month}?',
      'Which month is [right |]before {month}?',
      'It is {month}. What was the month before?',
    ],
    test: ['{month} begins. Which month is over?'],
  },
  length: {
    train: [
      'How many days [are in|are there in] {month}?',
      'How many days does {month} have?',
      'How many days long is {month}?',
      'How long is {month} in days?',
    ],
    test: ['Tell me the number of days in {month}.'],
  },
  position: {
    train: [
      'What is the {nth} month of the year?',
      'Which month is the {nth} [of the year|month]?',
      'Name the {nth} month.',
    ],
    test: ['I look for month number {number}. What is it called?'],
  },
  weekend: {
    train: ['Is {day} [on|part of] the weekend?', 'Is {day} a weekday or part of the weekend?'],
    test: ['Does {day} belong to the weekend?'],
  },
};

/** @typedef {keyof typeof PHRASES} Kind */
/** @typedef {import('./conversation.mjs').Random} Random */
/** @typedef {import('./conversation.mjs').Split} Split */

/** @param {number} from @param {number} steps */
const dayAfter = (from, steps) => DAYS[(((from + steps) % 7) + 7) % 7] ?? '';
/** @param {number} from @param {number} steps */
const monthAfter = (from, steps) => MONTHS[(((from + steps) % 12) + 12) % 12] ?? '';

/** @param {Kind} kind @param {number} day @param {number} month @param {number} n */
function answerTo(kind, day, month, n) {
  switch (kind) {
    case 'tomorrow':
      return dayAfter(day, 1);
    case 'yesterday':
      return dayAfter(day, -1);
    case 'afterTomorrow':
      return dayAfter(day, 2);
    case 'inDays':
      return dayAfter(day, n);
    case 'daysAgo':
      return dayAfter(day, -n);
    case 'nextMonth':
      return monthAfter(month, 1);
    case 'lastMonth':
      return monthAfter(month, -1);
    case 'position':
      return MONTHS[month] ?? '';
    case 'length':
      return month === 1
        ? 'February has 28 days, and 29 in a leap year.'
        : `${MONTHS[month]} has ${LENGTHS[month]} days.`;
    default:
      return day > 4 ? `Yes, ${DAYS[day]} is part of the weekend.` : `No, ${DAYS[day]} is a weekday.`;
  }
}

/**
 * Days and months are few and known by heart; steps of three days and more are split.
 *
 * @param {Random} random
 * @param {Split} split
 */
function calendarTurn(random, split) {
  const kind = random.pick(/** @type {Kind[]} */ (Object.keys(PHRASES)));
  let [day, n] = [random.below(7), random.between(3, 10)];
  const month = random.below(12);
  while ((kind === 'inDays' || kind === 'daysAgo') && isHeldOut(kind, day, n) !== (split === 'test')) {
    [day, n] = [random.below(7), random.between(3, 10)];
  }
  const answer = answerTo(kind, day, month, n);
  const values = { day: DAYS[day], month: MONTHS[month], n, nth: POSITIONS[month], number: month + 1 };
  const user = say(random, split, PHRASES[kind], values);
  const sentence = kind === 'length' || kind === 'weekend' ? answer : `${answer}.`;
  const brief = kind === 'length' ? String(LENGTHS[month]) : (answer.split(/[ ,]/)[0] ?? answer);
  return {
    user,
    answer: sentence,
    brief,
    check: { kind: /** @type {const} */ ('contains'), any: [brief], maxWords: 12 },
  };
}

export const CALENDAR = singleTurnSkill('calendar', PHRASES, calendarTurn, { casual: true });
