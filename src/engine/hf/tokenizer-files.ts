import { access } from 'node:fs/promises';
import { join } from 'node:path';

const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'generation_config.json',
] as const;

/** Names of the files in `directory` that text needs: what an artefact must carry along. */
export async function tokenizerFiles(directory: string): Promise<string[]> {
  const found = await Promise.all(
    TOKENIZER_FILES.map((file) =>
      access(join(directory, file)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return TOKENIZER_FILES.filter((_, i) => found[i]);
}
