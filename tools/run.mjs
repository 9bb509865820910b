// Entry of every npm script. It uses only syntax that old Node versions can parse, so that a version that is
// too old gets a sentence and not a syntax error; the work is in tasks.mjs.
const MINIMUM_NODE = 20;

const major = Number(process.versions.node.split('.')[0]);
if (major < MINIMUM_NODE) {
  process.stderr.write(
    `quept: Node ${MINIMUM_NODE} or newer is needed; this is Node ${process.versions.node} (${process.execPath}).\n`,
  );
  process.exit(1);
}

import('./tasks.mjs').then(
  (tasks) => tasks.runTask(process.argv[2], process.argv.slice(3)),
  (error) => {
    process.stderr.write(`quept: ${error.message}\n`);
    process.exit(1);
  },
);
