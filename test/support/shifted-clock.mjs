// Preloaded into every thread of a process (NODE_OPTIONS): its clock, but not the monotonic one, is off by as many
// milliseconds as the file says that QUEPT_TEST_CLOCK_FILE names. Plain JavaScript, so that any Node loads it as it is.
import { readFileSync } from 'node:fs';

const RealDate = Date;
const path = process.env.QUEPT_TEST_CLOCK_FILE;

const now = () => RealDate.now() + Number(readFileSync(path, 'utf8'));

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }

  static now() {
    return now();
  }
};
