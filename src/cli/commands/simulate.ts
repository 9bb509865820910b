import type { Command } from 'commander';
import type { Figure } from '../../plot/index.ts';
import { SIMULATED_POLICIES } from '../../simulation/index.ts';
import { defineCommand } from '../define-command.ts';
import { prepareFigureFile } from '../figure-file.ts';
import { interruptible } from '../interrupt.ts';
import { createOutput, type Output, type Streams } from '../output.ts';
import { addSimulateOptions, type SimulateFlags } from '../simulate/simulate-flags.ts';
import { runDocument, sweepDocument } from '../simulate/simulation-document.ts';
import { runFigure, sweepFigure } from '../simulate/simulation-figure.ts';
import { planSimulation } from '../simulate/simulation-plan.ts';
import { runPolicies, runSweep } from '../simulate/simulation-run.ts';
import { formatRuns, formatSweep } from '../simulate/simulation-text.ts';

export function registerSimulate(program: Command, streams: Streams): void {
  const command = defineCommand(program, {
    usage: 'simulate',
    summary: 'try scheduling policies on a trace, in seconds and without a model',
    description:
      'Runs the real scheduler on a virtual clock, over a machine that takes what a measured profile says. Requests ' +
      'come from a trace (--trace) or at random (--poisson) and have targets by tier, derived from that ' +
      'machine. Tells what share met them, at what precision, and what that cost. --sweep repeats it over a ladder ' +
      'of rates and finds goodput90, the highest rate at which 90 % of the requests meet all their targets; ' +
      'capacity is the goodput90 of the highest rung for everything. Requests that are refused or fail count as ' +
      `missed. Policies: ${SIMULATED_POLICIES.join(', ')}.`,
    examples: [
      'simulate --trace azure.csv --scale 0.02 --requests 500',
      'simulate --poisson 0.5 --minutes 20 --policy fixed-4,fixed-8,slo --svg load.svg',
      'simulate --trace azure.csv --smooth --requests 500 --sweep 0.2..3:8 --policy slo --json',
      'simulate --poisson 0.4 --bursts 60:120:3 --tiers priority:0.1,default:0.7,flex:0.2',
    ],
  });
  addSimulateOptions(command).action((flags: SimulateFlags) =>
    interruptible((signal) => runSimulation(flags, createOutput(flags.json === true, streams), signal)),
  );
}

interface Shown {
  readonly document: object;
  readonly text: () => string;
  readonly figure: () => Figure;
}

async function runSimulation(flags: SimulateFlags, output: Output, signal: AbortSignal): Promise<void> {
  const { svg } = flags;
  const file = svg === undefined ? null : await prepareFigureFile(svg, '--svg');
  const { document, text, figure } = await simulateAs(flags, output, signal);
  if (file !== null) {
    await file.write(figure()).catch((error) => {
      output.note(text()); // A full disk does not cost the result.
      throw error;
    });
    output.note(`chart: ${svg}`);
  }
  output.result(document, text);
}

async function simulateAs(flags: SimulateFlags, output: Output, signal: AbortSignal): Promise<Shown> {
  const plan = await planSimulation(flags);
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  if (flags.sweep === undefined) {
    const ran = await runPolicies(plan, output, signal);
    const realSeconds = elapsed();
    return {
      document: runDocument(plan, ran, realSeconds),
      text: () => formatRuns(plan, ran, realSeconds),
      figure: () => runFigure(plan, ran),
    };
  }
  const swept = await runSweep(plan, flags.sweep, output, signal);
  const realSeconds = elapsed();
  return {
    document: sweepDocument(plan, swept, realSeconds),
    text: () => formatSweep(plan, swept, realSeconds),
    figure: () => sweepFigure(plan, swept),
  };
}
