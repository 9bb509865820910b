// @ts-check
import { capitalised, plural, withArticle } from './english.mjs';

/**
 * Text with choices and slots:
 *
 *     [Please|Now] add {a} to {b}[.|!]      one of the alternatives; they nest, and may be empty
 *     {name}  {friend.name}                 a value, or a field of one
 *     {friend.He}                           the field `he`, capitalised
 *     {friend}                              the field `name` of a value that is an object
 *     {a thing}  {A thing}                  with its indefinite article: "an apple"
 *     {many thing}                          its plural
 *
 * @typedef {string | { alternatives: Node[][] } | { form: string, path: string[] }} Node
 * @typedef {string | number | Readonly<Record<string, unknown>>} Value
 * @typedef {Readonly<Record<string, Value | undefined>>} Values
 */

/** @type {Map<string, Node[]>} */
const compiled = new Map();

const FORMS = new Set(['a', 'A', 'many']);

/**
 * Fills a template. The same template, random stream and values give the same text. Throws on a slot without a
 * value.
 *
 * @param {string} template
 * @param {import('./random.mjs').Random} random
 * @param {Values} [values]
 */
export function fill(template, random, values = {}) {
  return expand(parsed(template), random, values);
}

/**
 * Every text that a template can give, slots left as they are.
 *
 * @param {string} template
 * @returns {string[]}
 */
export function allChoices(template) {
  return choicesOf(parsed(template));
}

/** @param {string} template */
function parsed(template) {
  let nodes = compiled.get(template);
  if (nodes === undefined) {
    nodes = parse(template);
    compiled.set(template, nodes);
  }
  return nodes;
}

/** @param {string} template @returns {Node[]} */
function parse(template) {
  let at = 0;
  /** @param {boolean} nested @returns {Node[]} */
  const sequence = (nested) => {
    /** @type {Node[]} */
    const nodes = [];
    let text = '';
    const flush = () => {
      if (text !== '') nodes.push(text);
      text = '';
    };
    while (at < template.length && !(nested && (template[at] === '|' || template[at] === ']'))) {
      const char = template[at++];
      if (char === '[') {
        flush();
        nodes.push({ alternatives: alternatives() });
      } else if (char === '{') {
        flush();
        nodes.push(slot());
      } else text += char;
    }
    flush();
    return nodes;
  };
  const alternatives = () => {
    const list = [sequence(true)];
    while (template[at] === '|') {
      at++;
      list.push(sequence(true));
    }
    if (template[at++] !== ']') throw new SyntaxError(`[ without ] in: ${template}`);
    return list;
  };
  const slot = () => {
    const end = template.indexOf('}', at);
    if (end < 0) throw new SyntaxError(`{ without } in: ${template}`);
    const words = template.slice(at, end).split(' ');
    at = end + 1;
    const form = words.length > 1 ? /** @type {string} */ (words.shift()) : '';
    if (form !== '' && !FORMS.has(form)) throw new SyntaxError(`no form '${form}' in: ${template}`);
    return { form, path: words.join(' ').split('.') };
  };
  return sequence(false);
}

/** @param {Node[]} nodes @param {import('./random.mjs').Random} random @param {Values} values @returns {string} */
function expand(nodes, random, values) {
  let text = '';
  for (const node of nodes) {
    if (typeof node === 'string') text += node;
    else if ('alternatives' in node) text += expand(random.pick(node.alternatives), random, values);
    else text += inForm(node.form, lookUp(node.path, values));
  }
  return text;
}

/** @param {string} form @param {string} value */
function inForm(form, value) {
  if (form === 'a') return withArticle(value);
  if (form === 'A') return capitalised(withArticle(value));
  return form === 'many' ? plural(value) : value;
}

/** @param {string[]} path @param {Values} values */
function lookUp(path, values) {
  /** @type {unknown} */
  let value = values;
  for (const name of path) {
    const fields = /** @type {Record<string, unknown>} */ (Object(value));
    const lower = name.charAt(0).toLowerCase() + name.slice(1);
    const capital = !(name in fields) && lower in fields;
    value = capital ? capitalised(String(fields[lower])) : fields[name];
  }
  if (typeof value === 'object' && value !== null && 'name' in value) value = value.name;
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new Error(`no value for {${path.join('.')}}`);
  return String(value);
}

/** @param {Node[]} nodes @returns {string[]} */
function choicesOf(nodes) {
  let texts = [''];
  for (const node of nodes) {
    /** @type {string[]} */
    let ways;
    if (typeof node === 'string') ways = [node];
    else if ('alternatives' in node) ways = node.alternatives.flatMap(choicesOf);
    else ways = [`{${node.form === '' ? '' : `${node.form} `}${node.path.join('.')}}`];
    texts = texts.flatMap((text) => ways.map((way) => text + way));
  }
  return texts;
}
