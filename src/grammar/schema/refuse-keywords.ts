import type { KeywordReader } from './keyword-reader.ts';
import { schemaFault, step } from './schema-fault.ts';
import { ANNOTATION_KEYWORDS, ENFORCED_KEYWORDS, REFUSED_KEYWORDS } from './schema-keywords.ts';

const KNOWN = new Set([...ENFORCED_KEYWORDS, ...ANNOTATION_KEYWORDS]);
/** The whole document's name is no one's business while all references are pointers into it. */
const ROOT_KNOWN = new Set([...KNOWN, '$id']);

/** Throws QueptError for a keyword that is neither enforced nor an annotation, and for another dialect. */
export function refuseKeywords(reader: KeywordReader, isRoot: boolean): void {
  refuseUnknown(reader, isRoot ? ROOT_KNOWN : KNOWN);
  refuseDialect(reader);
}

function refuseUnknown(reader: KeywordReader, known: ReadonlySet<string>): void {
  for (const keyword of reader.keywords) {
    if (known.has(keyword)) continue;
    const remedy = REFUSED_KEYWORDS.get(keyword);
    throw schemaFault(
      step(reader.path, keyword),
      remedy === undefined
        ? 'is not a keyword of JSON Schema that is known here. Check its spelling or leave it out.'
        : `is not enforced, so it is not accepted. ${remedy}`,
    );
  }
}

/** Another dialect may give the same keywords another meaning, or none. */
function refuseDialect(reader: KeywordReader): void {
  const dialect = reader.string('$schema');
  if (dialect === undefined || /^https?:\/\/json-schema\.org\//.test(dialect)) return;
  throw schemaFault(reader.at('$schema'), 'is not a dialect that is known here. Leave it out.');
}
