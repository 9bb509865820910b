import { type Document, isScalar, visit } from 'yaml';
import type { YamlFault } from './yaml-fault.ts';

const LONGEST_NAME = 64;

/** Keys that a mapping of the document has already. */
export function repeatedKeys(document: Document.Parsed): YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Map: (_, map) => {
      const names = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (names.has(name)) {
          const offset = key.range?.[0] ?? 0;
          faults.push({ message: `${name.slice(0, LONGEST_NAME)} is given twice`, offset, isLocal: true });
        }
        names.add(name);
      }
    },
  });
  return faults;
}
