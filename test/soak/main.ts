import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * `npm run soak [ROUNDS] [PART...]`: repeats at length what `npm test` samples, all of it or the parts whose file or subject has one of the
 * words given (`npm run soak 50 judges`). Each part is a test file of `npm test` that reads `SANDTABLE_SOAK_ROUNDS`: kills of a region, of a
 * fabric and of a journal's writer in the middle of their work, malformed and random requests, every operation of the wire, failovers of
 * databases under an append workload.
 */
const [said = "50", ...words] = process.argv.slice(2);
const rounds = /^[1-9]\d*$/.test(said) ? Number(said) : 0;
const all = [
  {
    what: `${rounds} kills of a region at random instants while a stack is created, updated and deleted`,
    project: "journeys",
    file: "test/journeys/kills.test.ts",
  },
  {
    what: `${rounds} kills of a process that writes its journal anew`,
    project: "thorough",
    file: "test/region/records/kills.test.ts",
  },
  {
    what: `${rounds} kills at random instants while a network is applied`,
    project: "rooted",
    file: "test/rooted/fabric/kills.test.ts",
  },
  { what: `${rounds} x 300 requests of random bytes`, project: "thorough", file: "test/region/server/fuzz.test.ts" },
  { what: `${rounds} x 1000 requests of every modelled operation`, project: "thorough", file: "test/region/fuzz/fuzz.test.ts" },
  {
    what: "every operation of every protocol, there and back",
    project: "thorough",
    file: "test/region/protocol/roundtrip.test.ts",
  },
  {
    what: `${rounds} x 4 failovers of a Multi-AZ PostgreSQL under an append workload`,
    project: "journeys",
    file: "test/journeys/databases.test.ts",
  },
  {
    what: `${rounds} x 3 failovers of a Multi-AZ MySQL under an append workload`,
    project: "journeys",
    file: "test/journeys/database-mysql.test.ts",
  },
  {
    what: `${rounds} kills of a region while it makes, fails over and deletes databases`,
    project: "journeys",
    file: "test/journeys/database-kills.test.ts",
  },
  {
    what: `${rounds} kills of a MariaDB writer while it commits: its copy has every row that was acknowledged`,
    project: "rooted",
    file: "test/rooted/databases/mariadb-copies.test.ts",
  },
  {
    what: `${rounds} x 8 random networks with 250 packets each: the analysis and the fabric give the same answers`,
    project: "rooted",
    file: "test/rooted/reachability/judges.test.ts",
  },
] as const;
const parts = all.filter(
  ({ what, file }) => words.length === 0 || words.some((word) => `${what} ${file}`.toLowerCase().includes(word.toLowerCase())),
);
if (rounds === 0 || parts.length === 0) {
  process.stderr.write(
    rounds === 0
      ? `soak: ${said} is no number of rounds: npm run soak [ROUNDS] [PART...], e.g. npm run soak 50 judges\n`
      : `soak: no part has ${words.join(" or ")} in its name; there are:\n${all.map(({ what, file }) => `  ${file}  ${what}\n`).join("")}`,
  );
  process.exit(2);
}

let failed = 0;
for (const { what, project, file } of parts) {
  process.stdout.write(`soak: ${what}\n`);
  const child = spawn("npx", ["vitest", "run", "--project", project, "--testTimeout", "3600000", file], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, SANDTABLE_SOAK_ROUNDS: String(rounds) },
    stdio: "inherit",
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (code !== 0) failed += 1;
}
process.stdout.write(`${parts.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
