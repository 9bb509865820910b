#!/usr/bin/env node
import { endQuietlyOnClosedPipe } from './output.ts';
import { runCli } from './run-cli.ts';

endQuietlyOnClosedPipe([process.stdout, process.stderr]);
// Not process.exit: what is still on its way to a pipe must arrive.
process.exitCode = await runCli(process.argv.slice(2), process);
