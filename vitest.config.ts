import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/**
 * What asks a whole region or program over its wire (a region of its own in each test, by AWS's SDK), makes templates with the CDK, or tries
 * a law on many random cases: two thirds of the time. `npm test` has it; `npm run check` has what a module decides by itself, and does not wait for it.
 */
const thorough = [
  "test/**/fuzz.test.ts",
  "test/analysis/{cost/update,objectives/montecarlo,reachability/oracle}.test.ts",
  "test/cli/check/{input,others,stages,stated,verdicts}.test.ts",
  "test/cli/{closed-pipe,program,project}.test.ts",
  "test/environment/account/{describe,examples}.test.ts",
  "test/environment/graph/laws.test.ts",
  "test/environment/examples.test.ts",
  "test/examples/flask-ha.test.ts",
  "test/parts/fabric/callers.test.ts",
  "test/region/protocol/{compact,paginate,roundtrip}.test.ts",
  "test/region/records/kills.test.ts",
  "test/region/{server,services,stacks,upkeep}/**/*.test.ts",
  "test/scripts/modelled.test.ts",
  "test/template/{cdk,limits}.test.ts",
];

/** Most of a file's time went into importing the SDK again; what tests share is the modules, not their state. */
const shared = {
  testTimeout: 20_000,
  pool: "forks",
  isolate: false,
  maxWorkers: Math.max(2, availableParallelism() - 1),
  sequence: { groupOrder: 0 },
} as const;

/**
 * Four projects: `unit` and `thorough` (parallel, no privilege), `rooted` (the real kernel and real programs) and `journeys` (whole
 * examples, real clients). Each file of the last two has a labelled environment of its own and waits more than it works, so three
 * run at a time, after the unit tests.
 * Where the machine cannot run them they are skipped, and the reason is printed (test/support/rooted-runner.ts).
 */
const real = {
  maxWorkers: 3,
  runner: "./test/support/rooted-runner.ts",
  globalSetup: "./test/support/built.ts",
} as const;

export default defineConfig({
  test: {
    experimental: { fsModuleCache: true },
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/rooted/**", "test/journeys/**", "test/soak/**", ...thorough],
        },
      },
      {
        test: {
          ...shared,
          name: "thorough",
          include: thorough,
          exclude: ["test/rooted/**", "test/journeys/**"],
        },
      },
      {
        test: {
          ...real,
          name: "rooted",
          include: ["test/rooted/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...real,
          name: "journeys",
          include: ["test/journeys/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
