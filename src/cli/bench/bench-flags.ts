import { type Command, InvalidArgumentError, Option } from 'commander';
import { nonNegativeNumber, positiveNumber } from '../real-numbers.ts';
import { wholeNumberFrom } from '../whole-numbers.ts';

/** What every load test takes. */
export interface BenchFlags {
  readonly url: string;
  readonly model?: string;
  readonly apiKeyFile?: string;
  readonly apiKeyEnv?: string;
  readonly seconds: number;
  readonly warmup: number;
  readonly timeout: number;
  readonly temperature: number;
  readonly precision?: string;
  readonly ignoreEos: boolean;
  readonly seed: number;
  readonly label?: string;
  readonly out?: string;
  readonly html?: string;
  readonly json?: boolean;
}

export const ARRIVALS = ['poisson', 'gamma', 'constant', 'trace'] as const;

export interface OpenFlags extends BenchFlags {
  readonly endpoint: 'chat' | 'completions';
  readonly rate?: number;
  readonly rates?: readonly number[];
  readonly arrivals?: (typeof ARRIVALS)[number];
  readonly cv?: number;
  readonly trace?: string;
  readonly speed?: number;
  readonly lengthScale?: number;
  readonly promptTokens?: string;
  readonly outputTokens?: string;
  readonly context?: number;
  readonly tiers?: string;
  readonly ttft?: number;
  readonly tpot?: number;
  readonly slo?: string;
  readonly sloHeaders?: boolean;
  readonly drain: number;
  readonly maxUnderWay: number;
}

export interface EndpointFlags extends BenchFlags {
  readonly endpoints?: readonly string[];
  readonly connections: number;
  /** Of `bench rate`. */
  readonly rate?: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

function addTargetOptions(command: Command): Command {
  return command
    .requiredOption('--url <address>', 'the server: http://127.0.0.1:8080, with or without /v1')
    .option('--model <name>', 'the model to ask (default: the first that the server lists)')
    .option('--api-key-file <file>', 'a file that holds the API key and nothing else')
    .option('--api-key-env <name>', 'the environment variable that holds it');
}

function addCommonOptions(command: Command): Command {
  return command
    .option('--warmup <seconds>', 'load before anything is measured', nonNegativeNumber, 2)
    .option('--timeout <seconds>', 'a request is given up after so long', positiveNumber, 120)
    .option('--temperature <t>', 'of all requests', nonNegativeNumber, 0)
    .option('--precision <wish>', 'precision to ask for: 8, q4, q4..q8 (an extension of quept)')
    .option('--no-ignore-eos', 'do not ask for answers of full length: for servers that refuse ignore_eos')
    .option('--seed <n>', 'draws other arrivals, lengths and texts', wholeNumberFrom(0), 1)
    .option('--label <text>', 'what to call the result beside others (default: the model)')
    .option('--out <file>', 'write the result as JSON, for --compare; replaces another result')
    .option('--html <file>', 'write a report with charts, one page that needs nothing else');
}

export function addOpenOptions(command: Command): Command {
  return addCommonOptions(
    addTargetOptions(command)
      .addOption(
        new Option('--endpoint <name>', 'what to ask').choices(['chat', 'completions']).default('chat'),
      )
      .option('--rate <r>', 'requests per second; of a trace so many are kept', positiveNumber)
      .option('--rates <list>', 'several, one run each: 1,2,4,8', rateList)
      .addOption(
        new Option(
          '--arrivals <kind>',
          'when requests come (default: poisson, or trace where there is one)',
        ).choices(ARRIVALS),
      )
      .option(
        '--cv <x>',
        'of gamma: standard deviation of the gaps by their mean; 1 is poisson',
        positiveNumber,
      )
      .option('--trace <file>', 'CSV of requests: TIMESTAMP,ContextTokens,GeneratedTokens')
      .option('--speed <x>', "how much faster the trace's time goes (default: 1)", positiveNumber)
      .option('--length-scale <x>', "multiplies the trace's lengths (default: 1)", positiveNumber)
      .option('--prompt-tokens <length>', '256, 32..512 or median~sigma (default: 128~0.6)')
      .option('--output-tokens <length>', 'likewise (default: 64~0.6)')
      .option(
        '--context <tokens>',
        "longest sequence; longer requests are clipped (default: the server's)",
        wholeNumberFrom(16),
      )
      .option('--seconds <s>', 'of arrivals behind the warm-up', positiveNumber, 30)
      .option('--tiers <mix>', 'service tiers and their shares: priority:0.1,default:0.7,flex:0.2')
      .option('--ttft <ms>', 'target of the first token, from when a request was due', positiveNumber)
      .option('--tpot <ms>', 'target of the time per token behind it', positiveNumber)
      .option('--slo <targets>', 'others by tier, TTFT and TPOT: priority:200:50,flex:5000:-')
      .option('--slo-headers', 'tell the server of them: x-slo-ttft-ms, x-slo-tpot-ms')
      .option('--drain <seconds>', 'wait for the last answers so long', nonNegativeNumber, 30)
      .option(
        '--max-under-way <n>',
        'requests at once; more are dropped, and count as missed',
        wholeNumberFrom(1),
        5_000,
      ),
  );
}

export function addEndpointOptions(command: Command, hasRate: boolean): Command {
  const target = addTargetOptions(command).option(
    '--endpoints <names>',
    'which, in turn, separated by commas (default: all that the server has)',
    names,
  );
  const paced = hasRate
    ? target.requiredOption('--rate <r>', 'requests per second over all connections', wholeNumberFrom(1))
    : target;
  return addCommonOptions(
    paced
      .option('--connections <n>', 'each sends a request after the other', wholeNumberFrom(1), 8)
      .option('--seconds <s>', 'for each endpoint, behind the warm-up', positiveNumber, 10)
      .option('--prompt-tokens <n>', 'of each prompt', wholeNumberFrom(1), 64)
      .option('--output-tokens <n>', 'of each answer', wholeNumberFrom(1), 32),
  );
}

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function rateList(text: string): number[] {
  const rates = text.split(',').map(Number);
  if (rates.every((rate, i) => rate > (rates[i - 1] ?? 0)) && rates.every(Number.isFinite)) return rates;
  throw new InvalidArgumentError('Give rates above 0, ascending: 1,2,4,8.');
}
