import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "sandtable-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const template = join(folder, "open.yaml");
writeFileSync(
  template,
  "Resources:\n  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties: {GroupDescription: d, SecurityGroupIngress: [{IpProtocol: '-1', CidrIp: 0.0.0.0/0}]}\n",
);

/** A real pipe whose reader is gone before the program writes: it opens the other end only when the reader has ended. */
const piped = (argv: readonly string[], streams: string) =>
  spawnSync(
    "bash",
    ["-c", `exec 3> >(:); wait $!; exec "$@" ${streams}`, "bash", process.execPath, resolve("bin/sandtable.js"), ...argv],
    {
      encoding: "utf8",
      cwd: folder,
    },
  );

test.each<[string, readonly string[], number]>([
  ["help", ["check", "--help"], 0],
  ["help of all", ["--help"], 0],
  ["a verdict, whose exit code stays", ["check", "--region", "eu-west-3", "--fail-on", "info", "--json", template], 1],
  ["a fault that is told as JSON", ["check", "--json", join(folder, "nowhere.yaml")], 2],
])("a reader that stops listening ends the program quietly: %s", (_, argv, code) => {
  const open = spawnSync(process.execPath, [resolve("bin/sandtable.js"), ...argv], { encoding: "utf8", cwd: folder });
  expect(open.status).toBe(code);
  const closed = piped(argv, ">&3");
  expect(closed.stdout).toBe("");
  expect(closed.stderr).toBe(open.stderr);
  expect(closed.status).toBe(code);
});

test("what is said along the way has a reader that may stop too", () => {
  const closed = piped(["check", join(folder, "nowhere.yaml")], "2>&3");
  expect(closed).toMatchObject({ stdout: "", status: 2 });
});
