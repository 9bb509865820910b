// @ts-check
import { generateExample } from './generate.mjs';

// Shows examples of a skill: node tools/default-model/show.mjs arithmetic 5 test

const [name = 'stories', count = '5', split = 'train'] = process.argv.slice(2);
try {
  for (let index = 0; index < Number(count); index++) {
    const { messages, check } = generateExample(name, 1, index, split === 'test' ? 'test' : 'train');
    for (const { role, content } of messages) process.stdout.write(`${role}: ${content}\n`);
    process.stdout.write(`check: ${JSON.stringify(check)}\n\n`);
  }
} catch (error) {
  process.stderr.write(`show: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
