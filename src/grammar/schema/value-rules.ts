import type { GrammarBuilder } from '../automaton/grammar-builder.ts';
import { numberTexts } from '../text/number-texts.ts';
import { alternatives, keyOf } from './alternatives.ts';
import { arrayTexts } from './array-texts.ts';
import { anyString, anyValue, literal, MAX_FREE_DEPTH, quoted } from './json-texts.ts';
import { objectTexts } from './object-texts.ts';
import type { SchemaNode } from './schema-node.ts';
import { listedStrings, stringsOfTerms } from './string-terms.ts';
import { type Terms, termsOf } from './terms.ts';

/** JSON values that are valid under all `nodes` lead from `from` to `to`; equal lists share a rule. */
export function valueTexts(
  builder: GrammarBuilder,
  nodes: readonly SchemaNode[],
  from: number,
  to: number,
): void {
  const never = nodes.find((node) => node.never === true);
  const rule = builder.shared(`valid under ${keyOf(nodes)}`, (_, start, end) => {
    // A rule without texts, so that what has to be there can be blamed by its name.
    if (never !== undefined) return;
    for (const alternative of alternatives(nodes, builder.meter)) {
      alternativeTexts(builder, alternative, start, end);
    }
  });
  const blamed = never ?? nodes[0];
  if (blamed !== undefined) builder.place(rule, blamed.path);
  builder.call(from, rule, to);
}

function alternativeTexts(
  builder: GrammarBuilder,
  nodes: readonly SchemaNode[],
  from: number,
  to: number,
): void {
  if (nodes.length === 0) {
    anyValue(builder, MAX_FREE_DEPTH, from, to);
    return;
  }
  const terms = termsOf(nodes, builder.meter);
  if (terms.values !== undefined) {
    for (const value of terms.values) if (typeof value !== 'string') literal(builder, value, from, to);
    quoted(builder, listedStrings(terms.values, builder.meter), from, to);
    return;
  }
  const { types } = terms;
  if (types.has('null')) builder.jump(builder.text(from, 'null'), to);
  if (types.has('boolean')) {
    for (const word of ['true', 'false']) builder.jump(builder.text(from, word), to);
  }
  if (types.has('number')) numberTexts(builder, terms.number, from, to);
  if (types.has('string')) stringTexts(builder, terms, from, to);
  if (types.has('array')) arrayTexts(builder, nodes, terms, valueTexts, from, to);
  if (types.has('object')) objectTexts(builder, nodes, terms, valueTexts, from, to);
}

function stringTexts(builder: GrammarBuilder, terms: Terms, from: number, to: number): void {
  const { strings, minLength, maxLength } = terms;
  if (strings.length === 0 && minLength === 0 && maxLength === null) anyString(builder, from, to);
  else quoted(builder, stringsOfTerms(terms, builder.meter), from, to);
}
