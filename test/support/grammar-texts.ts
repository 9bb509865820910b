import type { JsonSchema, OutputGrammar } from '../../src/core/index.ts';
import { constraintGrammar, GrammarConstrainer, type Vocabulary } from '../../src/grammar/index.ts';

/** A token per byte, and one that ends. */
export const BYTE_VOCABULARY: Vocabulary = {
  size: 257,
  tokenBytes: (id) => (id < 256 ? Uint8Array.of(id) : new Uint8Array(0)),
  specialName: () => '',
  endTokenIds: new Set([256]),
};

/** The grammar of a schema. */
export function schemaGrammar(schema: JsonSchema): OutputGrammar {
  return constraintGrammar({ kind: 'json_schema', schema, param: 'schema' });
}

/** Says which texts are whole answers of `grammar`, by the masks that a model would be held to. */
export function textsOf(grammar: OutputGrammar): (text: string) => boolean {
  const constrainer = new GrammarConstrainer(BYTE_VOCABULARY);
  return (text) => {
    const matcher = constrainer.start(grammar);
    for (const byte of Buffer.from(text)) {
      if (!allows(matcher.allowed(Number.POSITIVE_INFINITY), byte)) return false;
      matcher.accept(byte);
    }
    return allows(matcher.allowed(Number.POSITIVE_INFINITY), 256);
  };
}

export function allows(mask: Uint32Array, id: number): boolean {
  return (((mask[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1;
}
