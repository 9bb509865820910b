#!/usr/bin/env node
import { EXIT, surviveUnwritableOutput } from './output.ts';
import { runCli } from './run-cli.ts';

surviveUnwritableOutput(process);
// Not process.exit: what is still on its way to a pipe must arrive.
const code = await runCli(process.argv.slice(2), process);
if (code !== EXIT.ok) process.exitCode = code;
