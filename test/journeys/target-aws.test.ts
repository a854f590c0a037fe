import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JourneyRegion } from "./region.js";

/**
 * `--target aws` goes wherever the SDK's own settings lead, with the user's own credentials and without a region of ours. A
 * region stands in for AWS here: the caller's environment names it, and nothing else does.
 */
describe("--target aws", () => {
  const region = new JourneyRegion();
  const folder = mkdtempSync(join(tmpdir(), "sandtable-journey-"));
  const template = join(folder, "net.yaml");
  const env = (): Record<string, string> => ({
    SANDTABLE_STATE: join(folder, "state"),
    AWS_ENDPOINT_URL: region.client.endpoint,
    AWS_REGION: region.client.region,
    AWS_ACCESS_KEY_ID: region.client.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: region.client.credentials.secretAccessKey,
  });
  const cli = (...args: readonly string[]) => region.cliWith({ env: env() }, ...args, "--target", "aws");

  beforeAll(async () => {
    writeFileSync(
      template,
      "Parameters:\n  Key: {Type: String, NoEcho: true}\nResources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Properties: {CidrBlock: 10.0.0.0/16}\n",
    );
    await region.ok("region", "start", "--port", "0");
  });
  afterAll(async () => {
    expect(existsSync(join(folder, "state"))).toBe(false);
    rmSync(folder, { recursive: true });
    await region.purge();
  });

  test("a secret is never made up there", async () => {
    expect(await cli("up", template, "--yes")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("on AWS a secret is yours to choose") as string,
    });
  });

  test("the same template goes the same way, and is followed, shown and deleted there", async () => {
    const up = await cli("up", template, "--yes", "--json", "--parameter", "Key=mine");
    expect(up).toMatchObject({ code: 0 });
    expect(JSON.parse(up.stdout)).toMatchObject({ changed: true, stack: { name: "net", status: "CREATE_COMPLETE" } });
    expect((await cli("status", "net")).stdout).toMatch(/Vpc +AWS::EC2::VPC +vpc-/);
    const down = await cli("down", template, "--yes");
    expect(down).toMatchObject({ code: 0, stderr: expect.stringContaining("nothing of it is left") as string });
  });

  test("without credentials it says so, and nothing is sent", async () => {
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...rest } = env();
    const nobody = { ...rest, AWS_EC2_METADATA_DISABLED: "true", AWS_SHARED_CREDENTIALS_FILE: join(folder, "none") };
    const said = await region.cliWith({ env: { ...nobody, AWS_CONFIG_FILE: join(folder, "none") } }, "status", "--target", "aws");
    expect(said).toMatchObject({ code: 3, stderr: expect.stringContaining("error NoCredentials") as string });
    expect(said.stderr).not.toContain("    at ");
  });
});
