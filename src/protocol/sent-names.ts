import { QueptError } from '../core/index.ts';

/** What a client called fields, by the names they have in refusals; a field that is not in it has the same name. */
export type SentNames = ReadonlyMap<string, string>;

/** Those of `names` that differ from the field's own, by field. */
export function sentNames(names: Readonly<Record<string, string>>): SentNames {
  return new Map(Object.entries(names).filter(([field, name]) => field !== name));
}

/** The same fault, with its field, alone or at the beginning of a path, called as the client called it. */
export function asSent(thrown: unknown, names: SentNames): unknown {
  if (!(thrown instanceof QueptError) || thrown.param === null) return thrown;
  const field = thrown.param.split(/[.[]/, 1)[0] ?? '';
  const name = names.get(field);
  if (name === undefined) return thrown;
  const param = name + thrown.param.slice(field.length);
  return thrown.at(
    param,
    thrown.message.replaceAll(`'${thrown.param}'`, `'${param}'`).replaceAll(`'${field}'`, `'${name}'`),
  );
}
