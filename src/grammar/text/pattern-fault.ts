/** What is wrong with a pattern, or not supported of it: the end of a sentence. */
export class PatternFault extends Error {}
