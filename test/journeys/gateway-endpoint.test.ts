import {
  CreateNetworkInterfaceCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  DescribeRouteTablesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { JourneyRegion } from "./region.js";

/** E2's S3 gateway endpoint: hosts without any way to the internet reach S3, and nothing else. */
const region = new JourneyRegion();
beforeAll(() => region.ok("region", "start", "--port", "0"));
afterAll(() => region.purge());

test("a host without a way out reads from S3 through a gateway endpoint, by the bucket's own name and TLS", async () => {
  const ec2 = new EC2Client(region.client);
  const s3 = new S3Client({ ...region.client, forcePathStyle: true });
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const VpcId = Vpc?.VpcId ?? "";
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: "10.0.144.0/20" }));
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: Subnet?.SubnetId }));
  await s3.send(new CreateBucketCommand({ Bucket: "documents", CreateBucketConfiguration: { LocationConstraint: "eu-west-3" } }));
  await s3.send(new PutObjectCommand({ Bucket: "documents", Key: "manual.txt", Body: "turn it off and on again" }));

  const { accessKeyId, secretAccessKey } = region.client.credentials;
  const ask = (url: string) =>
    region.cli(
      ...["internet", "--from", NetworkInterface?.NetworkInterfaceId ?? "", "--"],
      ...["curl", "--silent", "--show-error", "--max-time", "3", "--aws-sigv4", "aws:amz:eu-west-3:s3"],
      ...["--user", `${accessKeyId}:${secretAccessKey}`, url],
    );
  const manual = "https://documents.s3.eu-west-3.amazonaws.com/manual.txt";
  expect((await ask(manual)).code).not.toBe(0);

  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [VpcId] }] }));
  const { VpcEndpoint } = await ec2.send(
    new CreateVpcEndpointCommand({
      VpcId,
      ServiceName: "com.amazonaws.eu-west-3.s3",
      RouteTableIds: [RouteTables?.[0]?.RouteTableId ?? ""],
    }),
  );
  expect(await ask(manual)).toMatchObject({ code: 0, stdout: "turn it off and on again" });
  expect(await ask("http://s3.eu-west-3.amazonaws.com/documents/manual.txt")).toMatchObject({
    code: 0,
    stdout: "turn it off and on again",
  });
  // Other services are on the internet, to which there is no way.
  expect((await ask("https://ec2.eu-west-3.amazonaws.com/")).code).not.toBe(0);

  await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [VpcEndpoint?.VpcEndpointId ?? ""] }));
  expect((await ask(manual)).code).not.toBe(0);
  ec2.destroy();
  s3.destroy();
});
