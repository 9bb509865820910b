import { Option } from 'commander';
import { DEVICES, type Device } from '../core/index.ts';

/** `--device`, for a command that runs a model in its own process. */
export function deviceOption(fallback: Device): Option {
  const help =
    'what the model runs on: auto is a graphics device where there is a real one, else the processor';
  return new Option('--device <name>', help).choices([...DEVICES]).default(fallback);
}
