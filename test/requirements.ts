/**
 * What the product promises and tests hold it to. A test that proves one cites it in its title: `[A1] …`. A test
 * fails on a promise that no test cites, and on a citation that names no promise.
 */
export const REQUIREMENTS: Readonly<Record<string, string>> = {
  A1: 'Folders of src import one another only along the table in ARCHITECTURE.md.',
  A2: "A folder is entered only through its index.ts, which names its exports (no 'export *').",
  A3: 'Neither files nor folders import one another in a cycle.',
  A4: 'Only src/config reads the environment.',
  A5: 'No source file is longer than 400 lines.',
  A6: 'core and numerics use nothing but the language and one another: no I/O, no packages.',
  A7: 'The scheduler has no clock, timer or thread of its own.',
  A8: 'Every fault has one entry in the error table, with an HTTP status and a gRPC code that exist and agree.',
  C1: 'Settings come from flags before the environment before the file before defaults, and are frozen.',
  C2: 'A wrong configuration is refused at start with all faults at once, each with its key and origin.',
  C3: 'Without --insecure the server binds no address that other machines can reach.',
  E1: 'Batched output equals the output of the same request alone at the same config, up to near ties.',
  E2: 'The graph computes what a float64 reference of the checkpoint computes, for every supported family.',
  E3: 'Every precision config runs on one session, from one copy of the weights, at any step.',
  E4: 'A pass that is not committed changes nothing.',
  L1: 'A command prints its result on stdout, as one JSON document with --json, and all else on stderr.',
  L2: 'A command ends with 0 when done, 1 when it failed, 2 on wrong usage, and never shows a stack unasked.',
  L3: 'A command that is interrupted leaves nothing half-made behind and ends with 130.',
  L4: 'npm start passes signals on: running requests end, then npm does, with exit code 0.',
  O1: 'A recorded run replays to the identical sequence of plans.',
  O2: 'Metrics are in a form that Prometheus takes and promtool has no objection to.',
  Q1: 'A calibration depends on its seed alone: interrupted and resumed, it ends in the same weights bit for bit.',
  Q2: 'Nothing half-calibrated is loadable: until the run is over, the artefact is absent or the one before.',
  Q3: 'The planes of a calibrated artefact are those that were learned.',
  S1: 'Under every policy and any load a request has one terminal event, stays in its range, and leaves nothing behind.',
  S2: 'A request sees no more switches of precision than the proven bound.',
  S3: 'At rest every token is at its ceiling, and precision does not switch.',
  S4: 'No tier starves: in overload that ends every request ends, and flex is served while it lasts.',
};
