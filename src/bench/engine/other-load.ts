import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Share of the machine's processor time, 0 to 1, that is in use over `ms` milliseconds. Asked while all contenders
 * rest, it is what other programs take. They matter more than their share: an engine whose threads wait for each
 * other in a loop slows down manyfold beside them, and a comparison then flatters the other engine.
 */
export async function otherLoad(ms: number): Promise<number> {
  const before = processorTimes();
  await sleep(ms);
  const after = processorTimes();
  const total = after.total - before.total;
  return total === 0 ? 0 : (after.busy - before.busy) / total;
}

function processorTimes(): { busy: number; total: number } {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const working = times.user + times.nice + times.sys + times.irq;
    busy += working;
    total += working + times.idle;
  }
  return { busy, total };
}
