#!/usr/bin/env node
import { loadFault } from './load-fault.ts';
import { SIGNAL_CODES } from './signal-codes.ts';

// Until a command takes care of signals. The first process of a container gets only those that it listens for.
for (const [name, code] of Object.entries(SIGNAL_CODES)) {
  process.on(name, () => {
    if (process.listenerCount(name) === 1) process.exit(code);
  });
}

try {
  const { EXIT, surviveUnwritableOutput } = await import('./output.ts');
  surviveUnwritableOutput(process, { servesOn: process.argv[2] === 'serve' });
  const { keepToItself } = await import('../config/index.ts');
  keepToItself();
  const { runCli } = await import('./run-cli.ts');
  // Not process.exit: what is still on its way to a pipe must arrive.
  const code = await runCli(process.argv.slice(2), process);
  if (code !== EXIT.ok) process.exitCode = code;
} catch (error) {
  // A command's faults are told by runCli; these are of modules that cannot be read.
  process.stderr.write(`quept: ${loadFault(error)}\n`);
  process.exitCode = 1;
}
