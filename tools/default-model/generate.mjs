// @ts-check
import { Random } from './language/random.mjs';
import { skillNamed } from './skills/all.mjs';
import { neutralPrompt } from './skills/system-prompts.mjs';

/** Share of questions typed without capitals and marks, and of conversations under a prompt that changes nothing. */
const CASUAL = 0.12;
const NEUTRAL = 0.15;

/** @typedef {import('./skills/conversation.mjs').Conversation & { skill: string }} Example */

/**
 * Example `index` of a skill: it depends on these four and on nothing else.
 *
 * @param {string} name of a skill
 * @param {number} seed
 * @param {number} index
 * @param {import('./skills/conversation.mjs').Split} split
 * @returns {Example}
 */
export function generateExample(name, seed, index, split) {
  const skill = skillNamed(name);
  const random = new Random('example', name, split, seed, index);
  const { messages, check } = skill.generate(random, split);
  if (skill.casual && random.chance(CASUAL)) {
    for (const message of messages)
      if (message.role === 'user') message.content = typedQuickly(random, message.content);
  }
  if (messages[0]?.role !== 'system' && random.chance(NEUTRAL)) {
    messages.unshift({ role: 'system', content: neutralPrompt(random, split) });
  }
  return { skill: name, messages, check };
}

/** What is left of a question in a hurry. @param {Random} random @param {string} text */
function typedQuickly(random, text) {
  const unmarked = random.chance(0.7) ? text.replace(/[.?!]$/, '') : text;
  return random.chance(0.8) ? unmarked.toLowerCase() : unmarked;
}
