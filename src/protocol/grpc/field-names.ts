import { QueptError } from '../../core/index.ts';
import { OPTION_FIELDS } from './generation-options.ts';

/** Fields of a request as the service names them, and where they stand in a message. */
export type FieldPlaces = (param: string) => string;

/** Of the methods that generate: options stand in a message of their own. */
export const generationFields: FieldPlaces = (param) =>
  OPTION_FIELDS.has(param.split(/[.[]/, 1)[0] ?? '')
    ? `options.${param}`
    : param.replace(/^prompt(?=\[)/, 'batch.prompts');

/** Of `Tokenize`. */
export const tokenizeFields: FieldPlaces = (param) => {
  if (param === 'prompt') return 'text';
  return /^(messages|tools)/.test(param) ? `conversation.${param}` : param;
};

/** Of `Detokenize`. */
export const detokenizeFields: FieldPlaces = (param) => param.replace(/^tokens/, 'token_ids');

/** The same fault, with its field named as it is in the message. */
export function inMessageTerms(thrown: unknown, places: FieldPlaces): unknown {
  if (!(thrown instanceof QueptError) || thrown.param === null) return thrown;
  const param = places(thrown.param);
  return thrown.at(param, thrown.message.replace(`'${thrown.param}'`, `'${param}'`));
}
