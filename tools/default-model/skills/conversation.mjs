// @ts-check
/**
 * How an answer is verified; src/calibration/skills/check-answer.ts does it, and says what each kind means.
 *
 * @typedef {{ kind: 'exact', answers: string[] }
 *   | { kind: 'number', value: number }
 *   | { kind: 'contains', any: string[], none?: string[], maxWords?: number }
 *   | { kind: 'list', items: string[] }
 *   | { kind: 'bullets', items?: string[] }
 *   | { kind: 'json', value: unknown }
 *   | { kind: 'question', maxWords: number }
 *   | { kind: 'text', mentions: string[], minWords: number, maxWords: number, sentences?: number }
 *   | { kind: 'upper-case' }
 *   | { kind: 'starts-with', text: string }
 *   | { kind: 'ends-with', text: string }
 *   | { kind: 'all', checks: Check[] }} Check
 *
 * @typedef {{ role: 'system' | 'user' | 'assistant', content: string }} Message
 *
 * One question and its answer. `brief`: the bare answer, where there is one.
 * @typedef {{ user: string, answer: string, brief?: string, check: Check }} Turn
 *
 * What a skill generates. The check is about the last message.
 * @typedef {{ messages: Message[], check: Check }} Conversation
 *
 * @typedef {import('../language/random.mjs').Random} Random
 * @typedef {import('../language/phrases.mjs').Split} Split
 * @typedef {import('../language/phrases.mjs').Phrases} Phrases
 *
 * `casual`: the question may also be typed carelessly, without capitals or marks, and keeps its answer.
 * @typedef {{ name: string, casual: boolean, phrases: Readonly<Record<string, Phrases>>,
 *   generate: (random: Random, split: Split) => Conversation }} Skill
 *
 * @typedef {Skill & { turn: (random: Random, split: Split) => Turn }} SingleTurnSkill
 */

/**
 * Turns as one conversation; its check is the last turn's.
 *
 * @param {readonly Turn[]} turns at least one
 * @returns {Conversation}
 */
export function conversationOf(turns) {
  const last = turns.at(-1);
  if (last === undefined) throw new RangeError('a conversation without turns');
  /** @type {Message[]} */
  const messages = turns.flatMap(({ user, answer }) => [
    { role: 'user', content: user },
    { role: 'assistant', content: answer },
  ]);
  return { messages, check: last.check };
}

/**
 * A skill whose conversations are a single turn.
 *
 * @param {string} name
 * @param {Readonly<Record<string, Phrases>>} phrases
 * @param {(random: Random, split: Split) => Turn} turn
 * @param {{ casual?: boolean }} [options]
 * @returns {SingleTurnSkill}
 */
export function singleTurnSkill(name, phrases, turn, { casual = false } = {}) {
  return {
    name,
    casual,
    phrases,
    turn,
    generate: (/** @type {Random} */ random, /** @type {Split} */ split) =>
      conversationOf([turn(random, split)]),
  };
}
