// @ts-check
import { Random } from './language/random.mjs';
import { fill } from './language/template.mjs';
import { skillNamed } from './skills/all.mjs';
import { neutralPrompt } from './skills/system-prompts.mjs';

/** Share of questions typed without capitals and marks, and of conversations under a prompt that changes nothing. */
const CASUAL = 0.12;
const NEUTRAL = 0.15;
/** Share of training's first questions that begin with words that do not matter. */
const OPENED = 0.12;
const UNOPENED = new Set(['persona', 'nonsense', 'follow-ups', 'system-prompts']);
const OPENINGS = [
  '[Hello|Hi|Hey|Good morning|Hi there][!|.|,]',
  '[Please|Please help me|Help me|I need help|I need your help][:|.]',
  '[Quick question|A question|Question|My question|Here is my question|One question|Next question][:|.]',
  '[Can you help me|Can you do this|Can you do this for me|Do you know this|Could you help][?|, please?]',
  '[I have homework|It is for school|For my class|My teacher asks this|My child asks|A friend asks me this][:|.]',
  '[Let us try this|Try this|Now this|Another one|Here is one for you|Listen|Look][:|.]',
  '[I am not sure about this|I forgot this|I wonder about this|Tell me please|Say please|OK then][:|.]',
];

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
  if (split === 'train' && !UNOPENED.has(name) && random.chance(OPENED)) {
    const question = messages.find(({ role }) => role === 'user');
    if (question) question.content = `${fill(random.pick(OPENINGS), random)} ${question.content}`;
  }
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
