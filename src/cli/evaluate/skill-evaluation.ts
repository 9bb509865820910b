import { basename } from 'node:path';
import {
  checkAnswers,
  meanAccuracy,
  readSkills,
  type SkillExample,
  type SkillScore,
  scoreSkills,
} from '../../calibration/index.ts';
import type { Device, PrecisionConfig } from '../../core/index.ts';
import { openLocalModel } from '../open-model.ts';
import type { Output } from '../output.ts';
import { createProgress } from '../progress.ts';
import { formatTable } from '../text-format.ts';
import { namedConfigs } from './named-configs.ts';
import { createSampleFile, type SampleFile } from './sample-file.ts';
import { type AnsweringModel, answerPrompts } from './skill-answers.ts';
import { encodeSkillPrompts } from './skill-prompts.ts';

export interface SkillEvaluationOptions {
  readonly device: Device;
  /** Path of a file of JSON lines. */
  readonly skills: string;
  /** How many examples of each skill are asked, from its first on; all when absent. */
  readonly examples?: number;
  /** Ids of configs to judge; all of the ladder when absent. */
  readonly configs?: readonly string[];
  /** Tokens of an answer at most. */
  readonly maxTokens: number;
  /** Path of a new file for all answers. */
  readonly samples?: string;
}

export interface ConfigSkills {
  readonly id: string;
  readonly averageBits: number;
  /** Mean of the skills' accuracies, [0, 1]. */
  readonly meanAccuracy: number;
  /** Answers that were cut off. */
  readonly unfinished: number;
  readonly skills: readonly SkillScore[];
}

export interface EvaluatedSkills {
  /** Name of the model. */
  readonly model: string;
  /** Name of the file of examples. */
  readonly data: string;
  /** Questions asked at each config. */
  readonly examples: number;
  readonly maxTokens: number;
  /** In the ladder's order, each with the same skills in the same order. */
  readonly configs: readonly ConfigSkills[];
}

/** Conversations at a time. */
const BATCH = 16;

/** Asks the artefact in `directory` every example at every config, and checks the answers. */
export async function runSkillEvaluation(
  directory: string,
  options: SkillEvaluationOptions,
  output: Output,
  signal: AbortSignal,
): Promise<EvaluatedSkills> {
  const examples = firstOfEach(await readSkills(options.skills), options.examples);
  const model = await openLocalModel(directory, {
    slots: Math.min(BATCH, examples.length),
    device: options.device,
    onNote: (note) => output.note(note),
  });
  try {
    const { ladder, name } = model.artefact.manifest;
    const named = options.configs && namedConfigs(ladder, options.configs, '--configs');
    const { contextLength } = model.runner.shape;
    const job: SkillJob = {
      model: { runner: model.runner, ladder, textDecoder: model.tokenizer },
      examples,
      prompts: encodeSkillPrompts(model.tokenizer, contextLength, examples, options.skills),
      configs: ladder.filter((config) => named === undefined || named.includes(config)),
      maxTokens: options.maxTokens,
      signal,
    };
    const samples = options.samples === undefined ? null : await createSampleFile(options.samples);
    try {
      const configs = await scoreConfigs(job, samples, output);
      await samples?.close();
      const { maxTokens } = options;
      return { model: name, data: basename(options.skills), examples: examples.length, maxTokens, configs };
    } catch (error) {
      await samples?.discard();
      throw error;
    }
  } finally {
    await model.close();
  }
}

interface SkillJob {
  readonly model: AnsweringModel;
  readonly examples: readonly SkillExample[];
  /** One per example. */
  readonly prompts: readonly Int32Array[];
  readonly configs: readonly PrecisionConfig[];
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

async function scoreConfigs(
  { model, examples, prompts, configs, maxTokens, signal }: SkillJob,
  samples: SampleFile | null,
  { stderr }: Output,
): Promise<ConfigSkills[]> {
  const total = prompts.length * configs.length;
  const format = (n: number) => String(Number(n.toFixed(1)));
  const progress = createProgress({ label: 'answering', total, format }, stderr);
  try {
    const scored: ConfigSkills[] = [];
    for (const [done, { id, averageBits }] of configs.entries()) {
      const answers = await answerPrompts(model, {
        prompts,
        rung: model.ladder.findIndex((config) => config.id === id),
        maxTokens,
        onProgress: (answered) => progress.update(done * prompts.length + answered, id),
        signal,
      });
      const checked = checkAnswers(examples, answers);
      await samples?.write(id, checked);
      const skills = scoreSkills(checked);
      const unfinished = skills.reduce((sum, skill) => sum + skill.unfinished, 0);
      scored.push({ id, averageBits, meanAccuracy: meanAccuracy(skills), unfinished, skills });
    }
    return scored;
  } finally {
    progress.end();
  }
}

/** The first `most` examples of each skill, in the order of all. */
function firstOfEach(examples: readonly SkillExample[], most = Number.POSITIVE_INFINITY): SkillExample[] {
  const taken = new Map<string, number>();
  return examples.filter(({ skill }) => {
    const count = (taken.get(skill) ?? 0) + 1;
    taken.set(skill, count);
    return count <= most;
  });
}

/** The evaluation as a table for people: a row a skill, right answers in percent. */
export function formatSkillEvaluation({ data, examples, maxTokens, configs }: EvaluatedSkills): string {
  const skills = configs[0]?.skills ?? [];
  const percent = (share: number) => (100 * share).toFixed(1);
  const rows = skills.map(({ skill, examples: asked }, i) => [
    skill,
    String(asked),
    ...configs.map((config) => percent(config.skills[i]?.accuracy ?? Number.NaN)),
  ]);
  const mean = ['mean', String(examples), ...configs.map((config) => percent(config.meanAccuracy))];
  const cut = configs.filter(({ unfinished }) => unfinished > 0);
  return [
    `right answers in percent, ${data}, greedy, at most ${maxTokens} tokens an answer`,
    formatTable([['skill', 'asked', ...configs.map(({ id }) => id)], ...rows, mean]),
    ...(cut.length === 0
      ? []
      : [`answers cut off: ${cut.map(({ id, unfinished }) => `${id} ${unfinished}`).join(', ')}`]),
  ].join('\n');
}
