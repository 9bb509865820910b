// @ts-check
const IRREGULAR_PLURALS = new Map(
  Object.entries({
    mouse: 'mice',
    child: 'children',
    foot: 'feet',
    tooth: 'teeth',
    goose: 'geese',
    man: 'men',
    woman: 'women',
    ox: 'oxen',
    person: 'people',
    sheep: 'sheep',
    fish: 'fish',
    deer: 'deer',
    leaf: 'leaves',
    loaf: 'loaves',
    knife: 'knives',
    wolf: 'wolves',
    shelf: 'shelves',
    scarf: 'scarves',
    half: 'halves',
    calf: 'calves',
    wife: 'wives',
    life: 'lives',
    thief: 'thieves',
    elf: 'elves',
    potato: 'potatoes',
    tomato: 'tomatoes',
    hero: 'heroes',
    echo: 'echoes',
  }),
);

/** Words that begin with a vowel letter but a consonant sound, and the reverse. */
const CONSONANT_SOUND = /^(?:uni(?!mp|nt|nf)|use|usual|ukulele|euro|one\b|once\b)/i;
const SILENT_H = /^(?:hour|honest|heir)/i;

/** `phrase` with its indefinite article. @param {string} phrase */
export function withArticle(phrase) {
  const vowel = SILENT_H.test(phrase) || (/^[aeiou]/i.test(phrase) && !CONSONANT_SOUND.test(phrase));
  return `${vowel ? 'an' : 'a'} ${phrase}`;
}

/** The plural of a noun phrase, whose last word is its noun: "red kite" to "red kites". @param {string} phrase */
export function plural(phrase) {
  const start = phrase.lastIndexOf(' ') + 1;
  const noun = phrase.slice(start);
  return phrase.slice(0, start) + (IRREGULAR_PLURALS.get(noun) ?? regularPlural(noun));
}

/** @param {string} noun */
function regularPlural(noun) {
  if (/(?:s|x|z|ch|sh)$/.test(noun)) return `${noun}es`;
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return `${noun}s`;
}

/** "braver", "busier", "more careful". @param {string} adjective */
export function comparative(adjective) {
  if (/[^aeiou]y$/.test(adjective))
    return adjective.length > 3 ? `${adjective.slice(0, -1)}ier` : `${adjective}er`;
  const syllables = adjective.replace(/e$/, '').match(/[aeiou]+/g)?.length ?? 1;
  if (syllables > 1) return `more ${adjective}`;
  return adjective.endsWith('e') ? `${adjective}r` : `${adjective}er`;
}

/** "1 apple", "3 apples". @param {number} count @param {string} phrase */
export function counted(count, phrase) {
  return `${count} ${count === 1 ? phrase : plural(phrase)}`;
}

/** @param {string} text */
export function capitalised(text) {
  return text === '' ? '' : text.charAt(0).toUpperCase() + text.slice(1);
}

/** "a", "a and b", "a, b and c". @param {readonly string[]} items */
export function joined(items, word = 'and') {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}

const SMALL = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen ' +
  'seventeen eighteen nineteen'
).split(' ');
const TENS = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** A whole number of 0..9999 in words: "three hundred and forty-two". @param {number} value @returns {string} */
export function numberInWords(value) {
  if (!Number.isInteger(value) || value < 0 || value > 9999) throw new RangeError(`no words for ${value}`);
  if (value < 20) return /** @type {string} */ (SMALL[value]);
  if (value < 100) {
    const tens = TENS[Math.floor(value / 10)];
    return value % 10 === 0 ? `${tens}` : `${tens}-${SMALL[value % 10]}`;
  }
  const [unit, name] = value < 1000 ? [100, 'hundred'] : [1000, 'thousand'];
  const rest = value % unit;
  const head = `${numberInWords(Math.floor(value / unit))} ${name}`;
  if (rest === 0) return head;
  return `${head}${rest < 100 ? ' and' : ''} ${numberInWords(rest)}`;
}

const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(
  ' ',
);

/** "first" for 1, up to 12. @param {number} position */
export function ordinal(position) {
  const word = ORDINALS[position - 1];
  if (word === undefined) throw new RangeError(`no ordinal for ${position}`);
  return word;
}
