import type { YAMLError } from 'yaml';

/** What is wrong at a place of a file. */
export interface YamlFault {
  /** Repeats names of settings, and no values. */
  readonly message: string;
  readonly offset: number;
  /** Whether what stands beside it can be read all the same, and its faults be told too. */
  readonly isLocal: boolean;
}

/** A parser's complaint in words for whoever wrote the file. */
export function yamlFault({ code, message, pos: [offset] }: YAMLError): YamlFault {
  switch (code) {
    case 'TAG_RESOLVE_FAILED':
      return { message: 'tags (!name) mean nothing here; leave them out', offset, isLocal: true };
    // Ends with a piece of the file, which may be a password.
    case 'UNEXPECTED_TOKEN':
      return { message: message.replace(/: .*/s, ''), offset, isLocal: false };
    case 'MULTIPLE_DOCS':
      return { message: 'must hold one document: a line of --- begins another', offset, isLocal: false };
    default:
      return { message, offset, isLocal: false };
  }
}
