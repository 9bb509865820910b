import type { ToolFormat } from '../../core/index.ts';
import type { FolderFault } from '../hf/json-file.ts';
import { readChatTemplates } from './tokenizer-source.ts';
import { toolSupport } from './tool-support.ts';

/**
 * How the model of a folder writes calls; `wanted` overrides what its template tells, null does not.
 *
 * Rejects with QueptError `fault` naming the file, `invalid_config` for a format that does not go with the template.
 */
export async function readToolFormat(
  directory: string,
  fault: FolderFault,
  wanted: ToolFormat | null,
): Promise<ToolFormat> {
  return toolSupport(await readChatTemplates(directory, fault), wanted).format;
}
