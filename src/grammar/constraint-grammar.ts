import { type OutputConstraint, type OutputGrammar, QueptError } from '../core/index.ts';
import { GrammarBuilder } from './automaton/grammar-builder.ts';
import { WorkMeter } from './automaton/work-meter.ts';
import { proseTexts } from './prose-texts.ts';
import { anyObject, MAX_FREE_DEPTH } from './schema/json-texts.ts';
import { SchemaDocument } from './schema/schema-document.ts';
import { schemaFault } from './schema/schema-fault.ts';
import { valueTexts } from './schema/value-rules.ts';
import { specialBytes } from './special-bytes.ts';

/**
 * A constraint as an automaton.
 *
 * Throws QueptError `invalid_request` that names what of a schema is broken, not enforced, too complex or impossible
 * to meet.
 */
export function constraintGrammar(given: OutputConstraint): OutputGrammar {
  const constraint = settled(given);
  const param = paramOf(constraint);
  const builder = new GrammarBuilder(new WorkMeter(param));
  const start = builder.rule((_, from, to) => add(builder, constraint, from, to));
  const grammar = builder.build(start);
  if (grammar !== null) return grammar;
  throw schemaFault(
    builder.impasse(start) ?? param,
    "admits no value at all. Look for bounds, lengths, lists or types in it that exclude each other, and for what is 'false' but required.",
  );
}

function add(builder: GrammarBuilder, constraint: OutputConstraint, from: number, to: number): void {
  switch (constraint.kind) {
    case 'json':
      anyObject(builder, MAX_FREE_DEPTH, from, to);
      return;
    case 'json_schema': {
      const { schema, param } = constraint;
      const document = new SchemaDocument(schema, param, builder.meter, () => builder.number());
      valueTexts(builder, [document.root], from, to);
      return;
    }
    case 'prose':
      proseTexts(builder, constraint, from, to);
      return;
    case 'text':
      builder.jump(builder.text(from, constraint.text), to);
      return;
    case 'special':
      builder.jump(builder.bytes(from, specialBytes(constraint.name)), to);
      return;
    case 'sequence':
      builder.jump(
        constraint.parts.reduce((state, part) => addPart(builder, part, state), from),
        to,
      );
      return;
    case 'choice':
      for (const option of constraint.options) add(builder, option, from, to);
      return;
    case 'repeat':
      addRepeated(builder, constraint, from, to);
      return;
    default:
      constraint satisfies never;
  }
}

/** Without lenient schemas: each is held to, or gives way to any object. */
function settled(constraint: OutputConstraint): OutputConstraint {
  switch (constraint.kind) {
    case 'json_schema':
      return constraint.lenient === true ? heldTo({ ...constraint, lenient: false }) : constraint;
    case 'sequence':
      return { ...constraint, parts: constraint.parts.map(settled) };
    case 'choice':
      return { ...constraint, options: constraint.options.map(settled) };
    case 'repeat':
      return { ...constraint, part: settled(constraint.part) };
    default:
      return constraint;
  }
}

function heldTo(constraint: OutputConstraint): OutputConstraint {
  try {
    constraintGrammar(constraint);
    return constraint;
  } catch (refusal) {
    if (refusal instanceof QueptError) return { kind: 'json' };
    throw refusal;
  }
}

function addPart(builder: GrammarBuilder, part: OutputConstraint, from: number): number {
  const to = builder.state();
  add(builder, part, from, to);
  return to;
}

function addRepeated(
  builder: GrammarBuilder,
  { part, separator, min, max }: Extract<OutputConstraint, { kind: 'repeat' }>,
  from: number,
  to: number,
): void {
  const rule = builder.rule((_, start, end) => add(builder, part, start, end));
  if (min === 0) builder.jump(from, to);
  const next = (state: number, count: number): number => {
    const behind = builder.state();
    builder.call(count === 0 ? state : builder.text(state, separator), rule, behind);
    return behind;
  };
  let state = from;
  const last = max ?? Math.max(min, 1);
  for (let count = 0; count < last; count++) {
    state = next(state, count);
    if (count + 1 >= min) builder.jump(state, to);
  }
  if (max === null) builder.jump(next(state, last), state);
}

/** The request field to blame: that of the first schema. */
function paramOf(constraint: OutputConstraint): string {
  switch (constraint.kind) {
    case 'json_schema':
      return constraint.param;
    case 'sequence':
      return firstParam(constraint.parts);
    case 'choice':
      return firstParam(constraint.options);
    case 'repeat':
      return paramOf(constraint.part);
    default:
      return DEFAULT_PARAM;
  }
}

const DEFAULT_PARAM = 'response_format';

function firstParam(constraints: readonly OutputConstraint[]): string {
  return constraints.map(paramOf).find((param) => param !== DEFAULT_PARAM) ?? DEFAULT_PARAM;
}
