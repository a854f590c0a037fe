import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib/core";
import { afterAll, expect, test } from "vitest";
import define from "../../examples/flask-ha/environment.js";
import { graphOf } from "../../src/environment/graph/graph.js";
import { Unknown } from "../../src/environment/maybe.js";
import { describeTemplates } from "../../src/environment/template/describe.js";
import { nodeIn } from "../support/graphs.js";

const outdir = mkdtempSync(join(tmpdir(), "sandtable-test-"));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

test("all of examples/flask-ha is in its graph, with everything that decides about packets known", () => {
  const app = new App({ outdir, analyticsReporting: false, treeMetadata: false, builtinCloudFormationValidation: false });
  define(app);
  const [stack] = app.synth().stacks;
  const { description, problems } = describeTemplates(
    [{ name: "flask-ha", file: "flask-ha", text: JSON.stringify(stack?.template) }],
    { region: "eu-west-3" },
  );
  expect(problems).toEqual([]);
  if (description === undefined) throw new Error("no description");
  const graph = graphOf(description);
  expect(graph.unexamined).toEqual([]);
  expect([graph.subnets.size, graph.instances.size, graph.databases.size, graph.balancers.size]).toEqual([4, 2, 1, 1]);
  expect([...new Set([...graph.instances.values()].map(({ zone }) => zone))]).toEqual(["eu-west-3a", "eu-west-3b"]);
  const decided = [
    ...[...graph.routeTables.values()].flatMap(({ routes }) =>
      routes.flatMap(({ destination, target }) => [destination, target]),
    ),
    ...[...graph.securityGroups.values()].flatMap(({ rules }) => rules.flatMap(({ traffic, peer }) => [traffic, peer])),
    ...[...graph.interfaces.values()].flatMap(({ isPublic, groups }) => [isPublic, ...groups]),
    ...[...graph.targetGroups.values()].flatMap(({ targets, port }) => [port, ...targets.map(({ target }) => target)]),
  ];
  expect(decided.filter((value) => value instanceof Unknown)).toEqual([]);
  const [database] = graph.databases.values();
  expect(database).toMatchObject({ engine: "postgres", masterPassword: "secret", publiclyAccessible: false, port: 5432 });
  const [balancer] = graph.balancers.values();
  expect(nodeIn(graph.interfaces, balancer?.interfaces[0] ?? "")).toMatchObject({ isPublic: true, filtered: true });
});
