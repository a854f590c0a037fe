import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { read } from "../../../src/cli/check/read.js";

/** The CDK's real assemblies, of apps with stages and with nested stacks. */
const folder = mkdtempSync(join(tmpdir(), "sandtable-test-"));
beforeAll(() => symlinkSync(resolve("node_modules"), join(folder, "node_modules")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function environment(name: string, lines: string): string {
  mkdirSync(join(folder, name));
  writeFileSync(
    join(folder, name, "environment.mjs"),
    `import { CfnOutput, NestedStack, Stack, Stage } from "aws-cdk-lib/core";
import { CfnInstance, CfnSecurityGroup, CfnVPC } from "aws-cdk-lib/aws-ec2";
export default (app) => {
${lines}
};`,
  );
  return join(folder, name);
}

const silent = { print: () => undefined, say: () => undefined, status: () => undefined, interactive: false };
const reading = (path: string, stack?: string) =>
  read({ paths: [path], live: false, target: "local", stack, parameters: new Map(), region: "eu-west-3" }, silent);

test("the stacks of every stage are judged, also where their resources have equal ids", async () => {
  const app = environment(
    "stages",
    `  for (const name of ["Dev", "Prod"])
    new CfnVPC(new Stack(new Stage(app, name), "Shop"), "Net", { cidrBlock: "10.0.0.0/16" });`,
  );
  const all = await reading(app);
  expect(all.description.resources.map(({ id, place }) => `${id}:${place?.line}`)).toEqual(["Dev-Shop.Net:5", "Prod-Shop.Net:5"]);
  const one = await reading(app, "Prod/Shop");
  expect(one.stacks.map(({ name }) => name)).toEqual(["Prod-Shop"]);
  await expect(reading(app, "Shop")).rejects.toMatchObject({
    fix: expect.stringContaining("Dev/Shop (Dev-Shop), Prod/Shop (Prod-Shop)") as string,
  });
}, 60_000);

test("stages whose stacks have one name between them are refused by their names in the app, and each can be judged", async () => {
  const app = environment(
    "namesakes",
    `  for (const name of ["Dev", "Prod"])
    new CfnVPC(new Stack(new Stage(app, name), "Shop", { stackName: "shop" }), "Net", { cidrBlock: "10.0.0.0/16" });`,
  );
  await expect(reading(app)).rejects.toMatchObject({
    code: "AmbiguousName",
    message: "2 stacks of the app would be called shop: Dev/Shop, Prod/Shop",
  });
  expect((await reading(app, "Dev/Shop")).stacks).toHaveLength(1);
}, 60_000);

test("a nested stack is a part of the one that nests it, at the lines and by the ids of its own", async () => {
  const app = environment(
    "nesting",
    `  const shop = new Stack(new Stage(app, "Prod"), "Shop");
    const vpc = new CfnVPC(shop, "Net", { cidrBlock: "10.0.0.0/16" });
    const inner = new NestedStack(shop, "Inner");
    const group = new CfnSecurityGroup(inner, "Group", { groupDescription: "d", vpcId: vpc.ref });
    new CfnSecurityGroup(shop, "Group", { groupDescription: "d", vpcId: vpc.ref, securityGroupIngress: [{ ipProtocol: "-1", sourceSecurityGroupId: group.attrGroupId }] });`,
  );
  const { description } = await reading(app, "Prod-Shop");
  expect(description.resources.map(({ id, place }) => `${id}:${place?.line}`)).toEqual([
    "Prod-Shop.Net:5",
    "Prod-Shop.Group:8",
    "Prod-Shop-Inner.Group:7",
  ]);
  expect(description.resources[2]?.properties["VpcId"]).toEqual({ node: "Prod-Shop.Net", attribute: undefined });
  expect(description.resources[1]?.properties["SecurityGroupIngress"]).toMatchObject([
    { SourceSecurityGroupId: { node: "Prod-Shop-Inner.Group", attribute: "GroupId" } },
  ]);
}, 60_000);
