import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ChatMessage, FunctionTool, ToolFormat } from '../../../../src/core/index.ts';
import { CHATML_TEMPLATE } from '../../../../src/engine/tokenizer/chat-template.ts';
import { ConversationTemplate } from '../../../../src/engine/tokenizer/conversation-template.ts';
import type { ChatTemplates } from '../../../../src/engine/tokenizer/tokenizer-source.ts';
import { toolSupport } from '../../../../src/engine/tokenizer/tool-support.ts';

const own = join(import.meta.dirname, '../../../support/templates');
const shared = join(import.meta.dirname, '../../../../../shared/tokenizers');

const parameters = {
  type: 'object',
  properties: { city: { type: 'string', description: 'where' } },
  required: ['city'],
};
const tools: FunctionTool[] = [{ name: 'weather', description: 'tells it', parameters, strict: false }];
const TOOL_JSON = JSON.stringify({
  type: 'function',
  function: { name: 'weather', description: 'tells it', parameters },
});
const user: ChatMessage = { role: 'user', content: 'Rain?' };
const calling = (...ids: string[]): ChatMessage => ({
  role: 'assistant',
  content: '',
  toolCalls: ids.map((id) => ({ id, name: 'weather', arguments: '{"city": "Bonn"}' })),
});
const result = (id: string): ChatMessage => ({ role: 'tool', content: 'dry', toolCallId: id });
const turn = [user, calling('call_1'), result('call_1')];

function compile(chat: string | null, toolUse: string | null = null, format: ToolFormat | null = null) {
  const templates: ChatTemplates = { chat, toolUse };
  const specialTokens = { bos_token: '<s>', eos_token: '</s>' };
  return new ConversationTemplate(
    { templates, specialTokens, fallback: CHATML_TEMPLATE, toolFormat: format },
    'invalid_checkpoint',
  );
}

const asked = { addGenerationPrompt: true, tools };
const unspaced = (text: string) => text.replace(/\s+/g, '');
const ownTemplate = (name: string) => readFile(join(own, `${name}.jinja`), 'utf8');

describe('a template that knows tools', () => {
  it('of Hermes tells of them, of calls and of results', async () => {
    const text = compile(await ownTemplate('hermes')).render(turn, asked);
    expect(unspaced(text)).toContain(unspaced(TOOL_JSON));
    expect(text).toContain(
      '[user]Rain?\n[assistant]<tool_call>{"name": "weather", "arguments": {"city": "Bonn"}}</tool_call>\n[tool]dry\n[assistant]',
    );
  });

  it('of Llama 3 takes one call at a time, so several become several messages', async () => {
    const template = compile(await ownTemplate('llama3'));
    const text = template.render(turn, asked);
    expect(unspaced(text)).toContain(unspaced(TOOL_JSON));
    expect(text).toContain('<|end_header_id|>{"name": "weather", "parameters": {"city": "Bonn"}}<|eot_id|>');
    const later: ChatMessage = { ...result('b'), content: 'wet' };
    const two = template.render([user, calling('a', 'b'), later, result('a'), user], asked);
    const spoken = two.replaceAll(/<\|start_header_id\|>(\w+)<\|end_header_id\|>/g, '[$1]');
    const call = '{"name": "weather", "parameters": {"city": "Bonn"}}';
    expect(spoken).toContain(
      [`[assistant]${call}`, '[tool]dry', `[assistant]${call}`, '[tool]wet', '[user]Rain?'].join(
        '<|eot_id|>',
      ),
    );
  });

  it('of Mistral gets ids as it wants them, the same for a call and its result', async () => {
    const template = compile(await ownTemplate('mistral'));
    const text = template.render([...turn, user], asked);
    expect(unspaced(text)).toContain(unspaced(TOOL_JSON));
    const [, id] = /"arguments": \{"city": "Bonn"\}, "id": "(\w{9})"\}\]/.exec(text) ?? [];
    expect(id).toBeDefined();
    expect(text).toContain(`dry of ${id}`);
    const kept = template.render([user, calling('abcdefgh1'), result('abcdefgh1')], asked);
    expect(kept).toContain('"id": "abcdefgh1"');
  });

  it('still renders conversations that are over with their tools', async () => {
    for (const name of ['hermes', 'llama3', 'mistral']) {
      const text = compile(await ownTemplate(name)).render(turn, { addGenerationPrompt: true });
      expect(text).toMatch(/Rain\?.*"name": "weather".*dry/s);
    }
  });

  it('may be one of two, for requests with tools', async () => {
    const template = compile('plain {{ messages[0].content }}', await ownTemplate('hermes'));
    expect(template.render([user], { addGenerationPrompt: true })).toBe('plain Rain?');
    expect(template.render([user], asked)).toContain('[user]Rain?');
  });

  it('keeps arguments that nest deeper than a stack as they are', async () => {
    const deep = `{"a": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const nested = { ...calling('a'), toolCalls: [{ id: 'a', name: 'weather', arguments: deep }] };
    for (const template of [compile(await ownTemplate('hermes')), compile(null)]) {
      expect(template.render([user, nested, result('a')], asked)).toContain(`"arguments": ${deep}}`);
    }
  });

  it('keeps arguments that are no JSON as they are', async () => {
    const broken = { ...calling('a'), toolCalls: [{ id: 'a', name: 'weather', arguments: '{"city": ' }] };
    const text = compile(await ownTemplate('hermes')).render([user, broken, result('a')], asked);
    expect(text).toContain('"arguments": {"city": }</tool_call>');
  });

  it('that stumbles over a tool tells which field is at fault', () => {
    const source =
      '{% for t in tools %}{{ t.function.parameters.properties.city.unit | trim }}{% endfor %}<tool_call>';
    expect(() => compile(source).render([user], asked)).toThrow(
      expect.objectContaining({ code: 'internal_error' }),
    );
    const careful =
      '{% for t in tools %}{% for n, p in t.function.parameters.properties | items %}{{ p.description | trim }}{% endfor %}{% endfor %}<tool_call>';
    expect(compile(careful).render([user], asked)).toBe('where<tool_call>');
    const bare = [{ ...tools[0], parameters: { properties: { city: {} } } } as unknown as FunctionTool];
    expect(() => compile(careful).render([user], { ...asked, tools: bare })).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'tools' }),
    );
  });
});

describe('a template that knows no tools', () => {
  const plain =
    '{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}';

  it('has them spelled out in the system message, calls and results in the format of Hermes', () => {
    const text = compile(plain).render([{ role: 'system', content: 'Be brief.' }, ...turn], asked);
    expect(text).toMatch(/^<system>Be brief\.\n\nYou can call functions\./);
    const described = JSON.stringify({ name: 'weather', description: 'tells it', parameters });
    expect(text).toContain(`<tools>\n${described}\n</tools>`);
    expect(text).toContain(
      '<user>Rain?\n<assistant><tool_call>\n{"name": "weather", "arguments": {"city":"Bonn"}}\n</tool_call>\n' +
        '<user><tool_response>\ndry\n</tool_response>\n<assistant>',
    );
    expect(compile(plain).render([user], asked)).toMatch(
      /^<system>You can call.*<user>Rain\?\n<assistant>$/s,
    );
    expect(compile(null).render([user], asked)).toMatch(/^<\|im_start\|>system\nYou can call/);
  });

  it('gets results of one turn in one message, behind what was said with the calls', () => {
    const said = { ...calling('a', 'b'), content: 'Let me see.' };
    const text = compile(plain).render([user, said, result('a'), result('b'), user], asked);
    expect(text).toContain('<assistant>Let me see.\n<tool_call>');
    expect(text.split('<user>')).toHaveLength(4);
    expect(text.split('<tool_response>\ndry')).toHaveLength(3);
  });

  it('is told of earlier calls without tools, too', () => {
    const text = compile(plain).render(turn, { addGenerationPrompt: false });
    expect(text).toContain('<tool_response>\ndry');
    expect(text).not.toContain('You can call');
  });

  it('has them in the first message of the user if it refuses system messages', () => {
    const refusing = `{% if messages[0].role == 'system' %}{{ raise_exception('none') }}{% endif %}${plain}`;
    expect(compile(refusing).render([user], asked)).toMatch(/^<user>You can call.*\n\nRain\?\n<assistant>$/s);
    const system: ChatMessage = { role: 'system', content: 'Be brief.' };
    expect(() => compile(refusing).render([system, user], asked)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'messages' }),
    );
  });
});

describe('the format of calls', () => {
  it.for([
    ['hermes', 'hermes'],
    ['llama3', 'llama3'],
    ['mistral', 'mistral'],
  ] as const)('is found in the template, %s', async ([name, format]) => {
    expect(toolSupport({ chat: await ownTemplate(name), toolUse: null }, null)).toEqual({
      format,
      native: true,
    });
  });

  it('is that of Hermes, spelled out, for templates without tools and of formats that nobody reads', () => {
    const spelled = { format: 'hermes', native: false };
    expect(toolSupport({ chat: null, toolUse: null }, null)).toEqual(spelled);
    expect(toolSupport({ chat: '{{ messages }} <tool_call>', toolUse: null }, null)).toEqual(spelled);
    expect(toolSupport({ chat: '{{ tools }} functools[]', toolUse: null }, null)).toEqual(spelled);
    expect(toolSupport({ chat: '{{ tools }}<tool_call><function=f>', toolUse: null }, null)).toEqual(spelled);
  });

  it('may be set, if the template has tools to tell of', async () => {
    const unknown = { chat: '{{ tools }} functools[]', toolUse: null };
    expect(toolSupport(unknown, 'llama3')).toEqual({ format: 'llama3', native: true });
    expect(toolSupport({ chat: 'x', toolUse: null }, 'hermes')).toEqual({ format: 'hermes', native: false });
    expect(() => toolSupport({ chat: 'x', toolUse: null }, 'mistral')).toThrow(
      expect.objectContaining({ code: 'invalid_config', param: 'toolFormat' }),
    );
  });
});

describe('published templates', () => {
  /** What is known of each that mentions tools or calls. */
  const EXPECTED: Readonly<Record<string, string>> = {
    'CohereForAI-c4ai-command-r-plus-tool_use': 'hermes, spelled out',
    'CohereForAI-c4ai-command-r7b-12-2024-tool_use': 'hermes, spelled out',
    'NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use': 'hermes',
    'NousResearch-Hermes-3-Llama-3.1-8B-tool_use': 'hermes',
    'Qwen-Qwen2.5-7B-Instruct': 'hermes',
    'deepseek-ai-DeepSeek-R1-Distill-Llama-8B': 'hermes, spelled out',
    'deepseek-ai-DeepSeek-R1-Distill-Qwen-32B': 'hermes, spelled out',
    'fireworks-ai-llama-3-firefunction-v2': 'hermes, spelled out',
    'google-gemma-2-2b-it': 'hermes, spelled out',
    'llama-cpp-deepseek-r1': 'hermes, spelled out',
    'meetkai-functionary-medium-v3.1': 'hermes, spelled out',
    'meetkai-functionary-medium-v3.2': 'hermes, spelled out',
    'meta-llama-Llama-3.1-8B-Instruct': 'llama3',
    'meta-llama-Llama-3.2-3B-Instruct': 'llama3',
    'meta-llama-Llama-3.3-70B-Instruct': 'llama3',
    'microsoft-Phi-3.5-mini-instruct': 'hermes, spelled out',
    'mistralai-Mistral-Nemo-Instruct-2407': 'mistral',
  };

  it('are told apart, and tell of tools, calls and results', async (context) => {
    const folder = join(shared, 'chat-templates');
    if (!existsSync(folder)) context.skip('the published templates are not beside this checkout (../shared)');
    const found: Record<string, string> = {};
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.jinja'))) {
      const name = file.replace('.jinja', '');
      const source = await readFile(join(folder, file), 'utf8');
      const { format, native } = toolSupport({ chat: source, toolUse: null }, null);
      found[name] = native ? format : `${format}, spelled out`;
      // Templates made for tools of another format alone demand some.
      if (!native && /tool_use|firefunction|medium-v3\.1/.test(name)) continue;
      const text = compile(source).render([...turn, { role: 'assistant', content: 'No.' }, user], asked);
      expect(unspaced(text), name).toContain('"name":"weather"');
      expect(unspaced(text), name).toContain('{"city":"Bonn"}');
      expect(text, name).toContain('dry');
    }
    expect(found).toEqual(EXPECTED);
  });

  it.for(['qwen2.5-template', 'qwen3-template'])('%s', async (name, context) => {
    const path = join(shared, name, 'tokenizer_config.json');
    if (!existsSync(path)) context.skip('the published templates are not beside this checkout (../shared)');
    const { chat_template: source } = JSON.parse(await readFile(path, 'utf8')) as { chat_template: string };
    expect(toolSupport({ chat: source, toolUse: null }, null)).toEqual({ format: 'hermes', native: true });
    const text = compile(source).render(turn, asked);
    expect(unspaced(text)).toContain(unspaced(TOOL_JSON));
    expect(text).toContain(
      '<|im_start|>assistant\n<tool_call>\n{"name": "weather", "arguments": {"city": "Bonn"}}\n</tool_call><|im_end|>\n' +
        '<|im_start|>user\n<tool_response>\ndry\n</tool_response><|im_end|>\n<|im_start|>assistant\n',
    );
  });
});
