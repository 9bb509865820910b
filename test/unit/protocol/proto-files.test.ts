import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../../proto/quept/v1');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.proto'));

/** Full names of everything declared in a file that nothing is said about. */
function undocumented(text: string): string[] {
  const { root } = protobuf.parse(text, { alternateCommentMode: true, keepCase: true });
  const found: string[] = [];
  const visit = (item: protobuf.ReflectionObject): void => {
    const name = item.fullName.slice(1);
    const inner = item instanceof protobuf.Namespace ? item.nestedArray : [];
    if (item instanceof protobuf.Type)
      inner.push(...item.fieldsArray, ...item.oneofsArray.filter(isDeclared));
    if (item instanceof protobuf.Service) inner.push(...item.methodsArray);
    if (item instanceof protobuf.Enum) {
      found.push(
        ...Object.keys(item.values)
          .filter((value) => !item.comments[value])
          .map((value) => `${name}.${value}`),
      );
    }
    const isPackage = item.constructor === protobuf.Namespace || item instanceof protobuf.Root;
    if (!isPackage && !item.comment) found.push(name);
    for (const child of inner) visit(child);
  };
  visit(root);
  return found;
}

/** `optional` makes a oneof that stands in no file. */
function isDeclared(oneof: protobuf.OneOf): boolean {
  return !oneof.name.startsWith('_');
}

describe('proto/quept/v1', () => {
  it.each(files)('[G1] documents everything in %s', (name) => {
    expect(undocumented(readFileSync(join(FOLDER, name), 'utf8'))).toEqual([]);
  });

  it('would miss a comment', () => {
    const text =
      'syntax = "proto3"; package a;\n// A.\nmessage A {\n  // B.\n  string b = 1;\n  string c = 2;\n}';
    expect(undocumented(text)).toEqual(['a.A.c']);
  });
});
