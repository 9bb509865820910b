// @ts-check
import { ARITHMETIC } from './arithmetic.mjs';
import { CALENDAR } from './calendar.mjs';
import { COUNTING } from './counting.mjs';
import { DESCRIBE } from './describe.mjs';
import { FACTS } from './facts.mjs';
import { FIELDS } from './fields.mjs';
import { FOLLOW_UPS } from './follow-ups.mjs';
import { LETTERS } from './letters.mjs';
import { LISTS } from './lists.mjs';
import { NUMBERS } from './numbers.mjs';
import { NONSENSE, PERSONA } from './persona.mjs';
import { READING } from './reading.mjs';
import { REFUSALS } from './refusals.mjs';
import { STORIES } from './stories.mjs';
import { SYSTEM_PROMPTS } from './system-prompts.mjs';
import { UNIT_CONVERSIONS } from './units.mjs';
import { WORD_PROBLEMS } from './word-problems.mjs';
import { WORDS } from './words.mjs';

/** @type {readonly import('./conversation.mjs').Skill[]} */
export const SKILLS = [
  ...[STORIES, READING, ARITHMETIC, WORD_PROBLEMS, NUMBERS, LISTS, COUNTING, LETTERS, FIELDS, CALENDAR],
  ...[UNIT_CONVERSIONS, FACTS, WORDS, DESCRIBE, PERSONA, REFUSALS, NONSENSE, FOLLOW_UPS, SYSTEM_PROMPTS],
];

/** Throws on a name that no skill has. @param {string} name */
export function skillNamed(name) {
  const skill = SKILLS.find((candidate) => candidate.name === name);
  if (skill === undefined) {
    throw new RangeError(`no skill '${name}'; there are ${SKILLS.map((known) => known.name).join(', ')}`);
  }
  return skill;
}
