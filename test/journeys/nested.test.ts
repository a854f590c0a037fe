import { join } from "node:path";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetBucketTaggingCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { JourneyRegion, root } from "./region.js";

/** Nested stacks of a CDK definition, with the files that they need, through `sandtable up`, a `kill -9` and `down`. */

const region = new JourneyRegion();
beforeAll(async () => {
  await region.ok("region", "start", "--port", "0");
});
afterAll(() => region.purge());

const folder = join(root, "test/journeys/nested");
const staging = "cdk-hnb659fds-assets-000000000000-eu-west-3";

/** Gives what it said on the way. */
const up = async (env: Record<string, string> = {}): Promise<string> => {
  const said = await region.cliWith({ env }, "up", folder, "--yes", "--json");
  expect(said, said.stderr).toMatchObject({ code: 0 });
  return said.stderr;
};

test("`up` publishes the template of the nested stack and deploys both; a large one goes through the bucket, too", async () => {
  // The nested stack is checked with the one around it.
  expect(await up()).toMatch(/critical +nested-Network\.Anybody: may be taken on by everybody/);
  const clients = {
    cfn: new CloudFormationClient(region.client),
    ec2: new EC2Client(region.client),
    s3: new S3Client(region.client),
  };
  const stacks = async () => (await clients.cfn.send(new DescribeStacksCommand({}))).Stacks ?? [];
  const outputs = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await stacks()).find(({ StackName }) => StackName === "nested")?.Outputs?.map((one) => [one.OutputKey, one.OutputValue]) ??
        [],
    ) as Record<string, string>;
  const { VpcId = "", BucketName: Bucket } = await outputs();
  const child = (await stacks()).find(({ ParentId }) => ParentId !== undefined);
  expect(child?.StackName).toMatch(/^nested-Network/);
  expect((await clients.ec2.send(new DescribeVpcsCommand({ VpcIds: [VpcId] }))).Vpcs).toMatchObject([
    { CidrBlock: "10.60.0.0/16" },
  ]);
  expect((await clients.s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toContainEqual({
    Key: "network",
    Value: VpcId,
  });
  expect((await clients.s3.send(new ListObjectsV2Command({ Bucket: staging }))).Contents).toHaveLength(1);

  await clients.s3.send(new PutObjectCommand({ Bucket: staging, Key: "kept", Body: "kept" }));
  process.kill(region.pid, "SIGKILL");
  await region.ok("region", "start", "--port", "0");
  const again = new S3Client(region.client);
  const { Body } = await again.send(new GetObjectCommand({ Bucket: staging, Key: "kept" }));
  expect(await Body?.transformToString()).toBe("kept");

  await up({ SANDTABLE_TEST_FILLER: "x".repeat(60_000) });
  expect((await again.send(new ListObjectsV2Command({ Bucket: staging }))).Contents).toHaveLength(3);

  await region.ok("down", "nested", "--yes");
  const cfn = new CloudFormationClient(region.client);
  expect((await cfn.send(new DescribeStacksCommand({}))).Stacks).toEqual([]);
});
