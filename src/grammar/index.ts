export { constraintGrammar } from './constraint-grammar.ts';
export { GrammarConstrainer } from './matching/constrainer.ts';
export type { Vocabulary } from './matching/vocabulary.ts';
export { ANNOTATION_KEYWORDS, ENFORCED_KEYWORDS, REFUSED_KEYWORDS } from './schema/schema-keywords.ts';
export { prepareFormats } from './text/format-strings.ts';
export { FORMAT_NAMES } from './text/formats.ts';
