import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { assemble, chooseStack } from "../../src/cli/up/assemble.js";
import { refuseAssets } from "../../src/cli/up/assets.js";
import { openProject } from "../../src/cli/up/project.js";
import { stackNameFrom } from "../../src/cli/up/stack-name.js";

const folder = mkdtempSync(join(tmpdir(), "sandtable-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
};

describe("what `up` is given", () => {
  test("a folder with environment.ts, and its image recipe", () => {
    file("one/environment.ts", "");
    file("one/image.yaml", "packages: [python3-flask]");
    expect(openProject(join(folder, "one"))).toMatchObject({
      kind: "environment",
      recipe: { packages: ["python3-flask"] },
      defaultName: "one",
    });
  });

  test("a folder with cdk.json", () => {
    file("two/cdk.json", '{"app": "node app.js"}');
    expect(openProject(join(folder, "two"))).toMatchObject({ kind: "cdk-app", app: "node app.js" });
  });

  test("a template file, whose name becomes the stack's", () => {
    expect(openProject(file("my_shop.yaml", ""))).toMatchObject({ kind: "template", defaultName: "my-shop" });
  });

  test.each([
    ["is not there", join(folder, "none"), "does not exist"],
    ["is an empty folder", join(folder, "empty"), "holds neither environment.ts nor cdk.json"],
    ["is some other file", join(folder, "notes.txt"), "is not a CloudFormation template"],
  ])("a path that %s is refused with what would do", (_, path, message) => {
    mkdirSync(join(folder, "empty"), { recursive: true });
    file("notes.txt", "");
    expect(() => openProject(path)).toThrow(message);
  });

  test("a recipe that asks for what is no package is refused by name", () => {
    file("three/environment.ts", "");
    file("three/image.yaml", "packages: ['nginx; rm -rf /']");
    expect(() => openProject(join(folder, "three"))).toThrow("packages.0: is not a Debian package name");
    file("three/image.yaml", "package: [nginx]");
    expect(() => openProject(join(folder, "three"))).toThrow('Unrecognized key: "package"');
  });
});

test.each([
  ["flask-ha", "flask-ha"],
  ["my_shop.v2", "my-shop-v2"],
  ["2024-plan", "plan"],
  ["__", "stack"],
])("the folder %s gives the stack name %s", (name, stack) => {
  expect(stackNameFrom(name)).toBe(stack);
});

describe("assembling", () => {
  test("a YAML template is sent as it was written", async () => {
    const path = file(
      "net.yaml",
      "Parameters:\n  Cidr: {Type: String, Default: 10.0.0.0/16}\nResources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Properties: {CidrBlock: !Ref Cidr}\n",
    );
    const assembly = await assemble(openProject(path), "shop", "local");
    expect(chooseStack(assembly, undefined)).toMatchObject({
      stackName: "shop",
      body: readFileSync(path, "utf8"),
      template: { Resources: { Vpc: { Properties: { CidrBlock: { Ref: "Cidr" } } } } },
    });
  });

  test("a template that cannot work is refused with line and column before anything is created", async () => {
    const path = file(
      "bad.yaml",
      "Resources:\n  Subnet:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: !Ref Nowhere\n",
    );
    await expect(assemble(openProject(path), undefined, "local")).rejects.toMatchObject({
      code: "BadTemplate",
      message: expect.stringMatching(/line 5, column \d+ \(Resources\.Subnet.*Nowhere/) as string,
    });
  });

  test("a TypeScript definition is synthesised on a thread of this process", async () => {
    const assembly = await assemble(openProject("examples/flask-ha"), undefined, "local");
    expect(assembly.stacks.map((stack) => stack.stackName)).toEqual(["flask-ha"]);
    expect(assembly.stacks[0]?.names).toMatchObject({ Role1ABCC5F0: "Role", NetworkVpcFAC8F4A5: "Network/Vpc" });
    expect(() => chooseStack(assembly, "other")).toThrow("the app has 1 stacks: flask-ha; none is other");
  });

  test("a folder as an asset is refused by its name, of the stack that needs it; a file is taken along", async () => {
    file(
      "five/environment.mjs",
      `import { Stack } from "aws-cdk-lib/core"; import { Asset } from "aws-cdk-lib/aws-s3-assets";
       export default (app) => {
         new Asset(new Stack(app, "five"), "Pages", { path: ${JSON.stringify(join(folder, "pages"))} });
         new Stack(app, "plain");
       };`,
    );
    file(
      "six/environment.mjs",
      `import { Stack } from "aws-cdk-lib/core"; import { Asset } from "aws-cdk-lib/aws-s3-assets";
       export default (app) => new Asset(new Stack(app, "six"), "Page", { path: ${JSON.stringify(join(folder, "notes.txt"))} });`,
    );
    file("pages/index.html", "");
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    file("notes.txt", "");
    const refusal = async (project: string, stack: string): Promise<unknown> => {
      const { unpublishable } = chooseStack(await assemble(openProject(join(folder, project)), undefined, "local"), stack);
      try {
        return refuseAssets(stack, unpublishable);
      } catch (error) {
        return error;
      }
    };
    expect(await refusal("five", "five")).toMatchObject({
      code: "NotModelled",
      message: expect.stringContaining("five needs 1 asset that `up` does not publish") as string,
    });
    expect(await refusal("five", "plain")).toBeUndefined();
    expect(await refusal("six", "six")).toBeUndefined();
  });

  test("stacks of stages are there, by their names in the app and on AWS, and the one that is named is taken", async () => {
    file(
      "seven/environment.mjs",
      `import { Stack, Stage } from "aws-cdk-lib/core"; import { Vpc } from "aws-cdk-lib/aws-ec2";
       const shop = (at, id, props) => new Vpc(new Stack(at, id, props), "Net", { natGateways: 0, maxAzs: 1 });
       export default (app) => {
         shop(app, "Tools");
         for (const name of ["Dev", "Prod"]) {
           const stage = new Stage(app, name);
           shop(stage, "Shop");
           shop(new Stage(stage, "Inner"), "Shop", { stackName: "shared" });
         }
       };`,
    );
    const assembly = await assemble(openProject(join(folder, "seven")), undefined, "local");
    expect(assembly.stacks.map(({ id, stackName }) => `${id} (${stackName})`).toSorted()).toEqual([
      "Dev/Inner/Shop (shared)",
      "Dev/Shop (Dev-Shop)",
      "Prod/Inner/Shop (shared)",
      "Prod/Shop (Prod-Shop)",
      "Tools (Tools)",
    ]);
    expect(chooseStack(assembly, "Prod/Shop")).toBe(chooseStack(assembly, "Prod-Shop"));
    expect(Object.values(chooseStack(assembly, "Dev/Inner/Shop").names)).toContain("Net");
    expect(() => chooseStack(assembly, undefined)).toThrow(/the app has 5 stacks: .*Prod\/Shop \(Prod-Shop\)/);
    expect(() => chooseStack(assembly, "shared")).toThrow(
      "2 stacks of the app are called shared: Dev/Inner/Shop, Prod/Inner/Shop",
    );
  });

  test("a definition without a default export says how one looks", async () => {
    file("four/environment.mjs", "export const x = 1;");
    await expect(assemble(openProject(join(folder, "four")), undefined, "local")).rejects.toMatchObject({ code: "NotAProject" });
  });
});
