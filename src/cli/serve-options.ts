import type { Command } from 'commander';
import { flagName, SERVE_KEYS } from '../config/index.ts';

/** Adds the settings of a server as options. */
export function addServeOptions(command: Command): Command {
  for (const [key, { argument, help }] of Object.entries(SERVE_KEYS)) {
    command.option(argument === null ? flagName(key) : `${flagName(key)} <${argument}>`, help);
  }
  return command;
}
