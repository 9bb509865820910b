import { QueptError } from '../../core/index.ts';
import type { FolderFault } from '../hf/json-file.ts';

/**
 * How vocabulary entries become text, read off the `decoder` of tokenizer.json. Every supported decoder works
 * token by token except for spaces cut from the very start of a text.
 */
export interface DecoderPlan {
  /** Entries spell bytes in the GPT-2 alphabet. */
  readonly byteLevel: boolean;
  /** Entries such as `<0xE2>` are single bytes. */
  readonly byteFallback: boolean;
  /** Literal replacements in each entry, in order. */
  readonly replacements: readonly (readonly [from: string, to: string])[];
  /** Up to `count` characters `content` are cut from the start of a text. */
  readonly stripStart: { readonly content: string; readonly count: number } | null;
}

type DecoderConfig = Readonly<Record<string, unknown>>;

/**
 * Throws QueptError `fault` for decoders that cannot be run token by token (WordPiece, CTC, BPEDecoder) and
 * for options that none of the supported model families uses.
 */
export function planDecoder(config: unknown, fault: FolderFault): DecoderPlan {
  let plan: DecoderPlan = { byteLevel: false, byteFallback: false, replacements: [], stripStart: null };
  let fused = false;
  for (const step of flatten(config, fault)) {
    switch (step.type) {
      case 'ByteLevel':
        plan = { ...plan, byteLevel: true };
        break;
      case 'ByteFallback':
        plan = { ...plan, byteFallback: true };
        break;
      case 'Fuse':
        fused = true;
        break;
      case 'Replace':
        plan = { ...plan, replacements: [...plan.replacements, readReplacement(step, fault)] };
        break;
      case 'Metaspace':
        plan = { ...plan, ...readMetaspace(step, plan) };
        break;
      case 'Strip':
        if (!fused) throw unsupported('Strip before Fuse', fault);
        plan = { ...plan, stripStart: readStrip(step, fault) };
        break;
      default:
        throw unsupported(String(step.type), fault);
    }
  }
  return plan;
}

function flatten(config: unknown, fault: FolderFault): DecoderConfig[] {
  if (typeof config !== 'object' || config === null) throw unsupported('none', fault);
  const step = config as DecoderConfig;
  if (step.type !== 'Sequence') return [step];
  if (!Array.isArray(step.decoders)) throw unsupported('Sequence without decoders', fault);
  return step.decoders.flatMap((inner) => flatten(inner, fault));
}

function readReplacement(step: DecoderConfig, fault: FolderFault): readonly [string, string] {
  const pattern = (step.pattern as { String?: unknown } | undefined)?.String;
  if (typeof pattern !== 'string' || typeof step.content !== 'string') {
    throw unsupported('Replace without a literal pattern', fault);
  }
  return [pattern, step.content];
}

function readMetaspace(step: DecoderConfig, plan: DecoderPlan): Partial<DecoderPlan> {
  const mark = typeof step.replacement === 'string' ? step.replacement : '\u2581';
  const prepended = step.prepend_scheme !== 'never' && step.add_prefix_space !== false;
  return {
    replacements: [...plan.replacements, [mark, ' ']],
    stripStart: prepended ? { content: ' ', count: 1 } : plan.stripStart,
  };
}

function readStrip(step: DecoderConfig, fault: FolderFault): DecoderPlan['stripStart'] {
  const { content, start, stop } = step;
  if (typeof content !== 'string' || typeof start !== 'number' || stop !== 0) {
    throw unsupported('Strip at the end of a text', fault);
  }
  return { content, count: start };
}

function unsupported(what: string, fault: FolderFault): QueptError {
  return new QueptError(
    fault,
    `tokenizer.json: decoder ${what} is not supported, only byte-level, byte-fallback and metaspace decoders.`,
  );
}
