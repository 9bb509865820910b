import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { ChatMessage } from '../../../../src/core/index.ts';
import { compileChatTemplate } from '../../../../src/engine/tokenizer/chat-template.ts';
import { templateMessages } from '../../../../src/engine/tokenizer/template-messages.ts';
import { loadTokenizer } from '../../../../src/engine/tokenizer/tokenizer.ts';
import { writeTinyTokenizer } from '../../../support/tiny-tokenizer.ts';

const shared = join(import.meta.dirname, '../../../../../shared/tokenizers');
const open = { addGenerationPrompt: true };
const plain = { addGenerationPrompt: true, tools: null };
const closed = { addGenerationPrompt: false };
const user: ChatMessage = { role: 'user', content: 'Hi' };
const turns: ChatMessage[] = [user, { role: 'assistant', content: 'Yes' }, { role: 'user', content: 'Why' }];
const system: ChatMessage = { role: 'system', content: 'Be brief' };

let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chat-'));
});
afterAll(() => rm(root, { recursive: true }));

async function folder(chatTemplate?: string): Promise<string> {
  const directory = join(root, `c${count++}`);
  await writeTinyTokenizer(directory, {
    kind: 'byte-level',
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
  });
  return directory;
}

async function editJson(path: string, change: (json: Record<string, unknown>) => void): Promise<void> {
  const json = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  change(json);
  await writeFile(path, JSON.stringify(json));
}

describe('the template of a model', () => {
  const source =
    '{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{{ eos_token }}{% endfor %}' +
    '{% if add_generation_prompt %}[assistant]{% endif %}';

  it('is rendered, and its own beginning of sequence is not doubled', async () => {
    const tokenizer = await loadTokenizer(await folder(source));
    expect(tokenizer.applyChatTemplate([user], open)).toBe('<s>[user]Hi</s>[assistant]');
    expect(tokenizer.applyChatTemplate([user], closed)).toBe('<s>[user]Hi</s>');
    const ids = [...tokenizer.encodeChat([user], open)];
    expect(ids.filter((id) => id === 1)).toHaveLength(1);
    expect(ids[0]).toBe(1);
    expect([...tokenizer.encode('<s>[user]Hi</s>[assistant]', { addSpecialTokens: true })]).toEqual(ids);
  });

  it('may be one of several, or a file of its own', async () => {
    const named = await folder();
    await editJson(join(named, 'tokenizer_config.json'), (config) => {
      config.chat_template = [
        { name: 'tool_use', template: 'tools' },
        { name: 'default', template: 'D{{ messages[0].content }}' },
      ];
    });
    expect((await loadTokenizer(named)).applyChatTemplate([user], open)).toBe('DHi');
    await writeFile(join(named, 'chat_template.jinja'), 'F{{ messages[0].content }}');
    expect((await loadTokenizer(named)).applyChatTemplate([user], open)).toBe('FHi');
  });

  it('refuses messages as a fault of the request', async () => {
    const tokenizer = await loadTokenizer(
      await folder(
        "{% if messages[0].role == 'system' %}{{ raise_exception('No system role') }}{% endif %}ok",
      ),
    );
    expect(tokenizer.applyChatTemplate([user], open)).toBe('ok');
    expect(() => tokenizer.applyChatTemplate([system], open)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        param: 'messages',
        message: 'The chat template of this model refuses these messages: No system role',
      }),
    );
  });

  it('fails by itself as a fault of the server, without its text', () => {
    const template = compileChatTemplate('{{ nothing() }}', {}, 'invalid_checkpoint');
    expect(() => template.render(templateMessages([user], 'hermes'), plain)).toThrow(
      expect.objectContaining({ code: 'internal_error', message: expect.not.stringContaining('nothing') }),
    );
  });

  it('must parse when the model is loaded', async () => {
    await expect(loadTokenizer(await folder('{% if %}'), 'invalid_artefact')).rejects.toMatchObject({
      code: 'invalid_artefact',
      message: expect.stringContaining('The chat template does not parse'),
    });
  });
});

describe('without a template', () => {
  it('a vocabulary with ChatML markers is spoken to in ChatML', async () => {
    const directory = await folder();
    await editJson(join(directory, 'tokenizer.json'), (json) => {
      const added = json.added_tokens as object[];
      added.push({ id: 300, content: '<|im_start|>', special: true, normalized: false });
      added.push({ id: 301, content: '<|im_end|>', special: true, normalized: false });
    });
    const tokenizer = await loadTokenizer(directory);
    expect(tokenizer.applyChatTemplate([system, user], open)).toBe(
      '<|im_start|>system\nBe brief<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    );
    expect(tokenizer.applyChatTemplate([user], closed)).toBe('<|im_start|>user\nHi<|im_end|>\n');
    expect([...tokenizer.encodeChat([user], open)].slice(0, 2)).toEqual([1, 300]);
    expect(tokenizer.endTokenIds.has(301)).toBe(true);
  });

  it('any other model continues the text of the messages', async () => {
    const tokenizer = await loadTokenizer(await folder());
    expect(tokenizer.applyChatTemplate([system, user], open)).toBe('Be brief\n\nHi');
    expect([...tokenizer.encodeChat([user], open)]).toEqual([
      ...tokenizer.encode('Hi', { addSpecialTokens: true }),
    ]);
  });
});

describe('published templates', () => {
  const read = async (path: string, context: TestContext): Promise<string> => {
    if (!existsSync(join(shared, path))) context.skip(`${path} is not on this machine`);
    const text = await readFile(join(shared, path), 'utf8');
    return path.endsWith('.json') ? (JSON.parse(text) as { chat_template: string }).chat_template : text;
  };
  const tokens = { bos_token: '<bos>', eos_token: '<eos>' };

  it.for<[string, ChatMessage[], string]>([
    [
      'qwen2.5-template/tokenizer_config.json',
      [system, ...turns],
      '<|im_start|>system\nBe brief<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes<|im_end|>\n' +
        '<|im_start|>user\nWhy<|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'qwen3-template/tokenizer_config.json',
      turns,
      '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes<|im_end|>\n' +
        '<|im_start|>user\nWhy<|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'chat-templates/microsoft-Phi-3.5-mini-instruct.jinja',
      [system, user],
      '<|system|>\nBe brief<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\n',
    ],
    [
      'chat-templates/google-gemma-2-2b-it.jinja',
      turns,
      '<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\nYes<end_of_turn>\n' +
        '<start_of_turn>user\nWhy<end_of_turn>\n<start_of_turn>model\n',
    ],
    [
      'chat-templates/mistralai-Mistral-Nemo-Instruct-2407.jinja',
      [system, ...turns],
      '<bos>[INST]Hi[/INST]Yes<eos>[INST]Be brief\n\nWhy[/INST]',
    ],
  ])('renders %s', async ([path, messages, expected], context) => {
    const template = compileChatTemplate(await read(path, context), tokens, 'invalid_checkpoint');
    expect(template.render(templateMessages(messages, 'hermes'), plain)).toBe(expected);
  });

  it.for([
    ['google-gemma-2-2b-it.jinja', [system, user], /System role not supported/],
    ['mistralai-Mistral-Nemo-Instruct-2407.jinja', [user, user], /roles must alternate/],
  ] as const)('lets %s refuse what it does not know', async ([file, messages, message], context) => {
    const template = compileChatTemplate(
      await read(`chat-templates/${file}`, context),
      tokens,
      'invalid_checkpoint',
    );
    expect(() => template.render(templateMessages(messages, 'hermes'), plain)).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringMatching(message) }),
    );
  });

  it('renders every template that does not demand tools', async (context) => {
    const folderPath = join(shared, 'chat-templates');
    if (!existsSync(folderPath)) context.skip('the published templates are not on this machine');
    const failed: string[] = [];
    for (const file of (await readdir(folderPath)).filter((name) => name.endsWith('.jinja'))) {
      const source = await readFile(join(folderPath, file), 'utf8');
      const template = compileChatTemplate(source, tokens, 'invalid_checkpoint');
      try {
        expect(template.render(templateMessages(turns, 'hermes'), plain)).toMatch(/Hi.*Yes.*Why/s);
      } catch {
        failed.push(file);
      }
    }
    // These iterate over the tools of the request, which a plain conversation does not have.
    expect(failed).toEqual([
      'CohereForAI-c4ai-command-r-plus-tool_use.jinja',
      'NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use.jinja',
      'NousResearch-Hermes-3-Llama-3.1-8B-tool_use.jinja',
      'fireworks-ai-llama-3-firefunction-v2.jinja',
      'meetkai-functionary-medium-v3.1.jinja',
    ]);
  });
});
