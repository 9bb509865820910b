import { type Command, Option } from 'commander';
import { flagName, offFlagName, SERVE_KEYS } from '../../config/index.ts';

/** Adds the settings of a server as options. */
export function addServeOptions(command: Command): Command {
  for (const [key, { argument, help, on }] of Object.entries(SERVE_KEYS)) {
    const flag = flagName(key);
    if (on !== true) command.option(argument === null ? flag : `${flag} <${argument}>`, help);
    else {
      // Without the flag itself, the one that switches off would count as given: it would override file and environment.
      command.addOption(new Option(flag).hideHelp());
      command.option(offFlagName(key), `without ${help.replace(/ \([^()]*\)$/, '')}`);
    }
  }
  return command;
}
