import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MemoryContext, StackSelectionStrategy, Toolkit, type IIoHost } from "@aws-cdk/toolkit-lib";
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListImportsCommand,
  ListStackResourcesCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as cdk from "aws-cdk-lib/core";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { JourneyRegion, type Said } from "./region.js";
import { isPresent } from "../support/present.js";

/**
 * CloudFormation, used through clients that nobody here wrote, on networks that are really there: what an update says is held against
 * what EC2 then tells.
 */
const region = new JourneyRegion();
const scratch = mkdtempSync(join(tmpdir(), "sandtable-journey-files-"));

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0");
});
afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await region.purge();
});

const environment = (): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: region.client.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: region.client.credentials.secretAccessKey,
  AWS_REGION: region.client.region,
  AWS_DEFAULT_REGION: region.client.region,
  AWS_ENDPOINT_URL: region.client.endpoint,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_PAGER: "",
  HOME: "/nonexistent",
});

async function aws(...args: string[]): Promise<Said> {
  const result = await execa("aws", ["--endpoint-url", region.client.endpoint, "--output", "json", ...args], {
    reject: false,
    env: environment(),
  });
  return { code: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
}
async function asked<T>(...args: string[]): Promise<T> {
  const said = await aws(...args);
  expect(said, `aws ${args.join(" ")}`).toMatchObject({ code: 0 });
  return JSON.parse(said.stdout) as T;
}

/** A VPC with two subnets of which one is public; `EXTRA` resources at the end. */
const templateOf = (extra = ""): string => `
Parameters:
  Stage: { Type: String, Default: test }
  FrontCidr: { Type: String, Default: 10.20.1.0/24 }
  Hostnames: { Type: String, Default: "false", AllowedValues: ["true", "false"] }
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.20.0.0/16, EnableDnsHostnames: !Ref Hostnames, Tags: [{ Key: Stage, Value: !Ref Stage }] }
  Front:
    Type: AWS::EC2::Subnet
    Properties: { VpcId: !Ref Vpc, CidrBlock: !Ref FrontCidr, AvailabilityZone: !Select [0, !GetAZs ""] }
  Back:
    Type: AWS::EC2::Subnet
    Properties: { VpcId: !Ref Vpc, CidrBlock: !Select [9, !Cidr [!GetAtt Vpc.CidrBlock, 10, 8]], AvailabilityZone: !Select [1, !GetAZs ""] }
  Igw: { Type: AWS::EC2::InternetGateway }
  Attached: { Type: AWS::EC2::VPCGatewayAttachment, Properties: { VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw } }
  Routes: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !Ref Vpc } }
  Out:
    Type: AWS::EC2::Route
    DependsOn: Attached
    Properties: { RouteTableId: !Ref Routes, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw }
  FrontRoutes: { Type: AWS::EC2::SubnetRouteTableAssociation, Properties: { SubnetId: !Ref Front, RouteTableId: !Ref Routes } }
${extra}Outputs:
  VpcId: { Value: !Ref Vpc, Export: { Name: !Sub "\${AWS::StackName}-vpc" } }
  FrontId: { Value: !Ref Front }
`;

const template = (name: string, text: string): string => {
  const file = join(scratch, name);
  writeFileSync(file, text);
  return file;
};
const deploy = async (stackName: string, file: string, ...rest: string[]): Promise<Said> => {
  // The CLI names its change sets by the second, and leaves an empty one where it is.
  await sleep(1000);
  return aws("cloudformation", "deploy", "--stack-name", stackName, "--template-file", file, ...rest);
};

const cloudformation = (): CloudFormationClient => new CloudFormationClient(region.client);
async function stackOf(name: string): Promise<{ status: string; reason: string; outputs: Record<string, string> }> {
  const { Stacks } = await cloudformation().send(new DescribeStacksCommand({ StackName: name }));
  const [stack] = Stacks ?? [];
  return {
    status: stack?.StackStatus ?? "",
    reason: stack?.StackStatusReason ?? "",
    outputs: Object.fromEntries((stack?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? "", OutputValue ?? ""])),
  };
}
async function physicalIds(name: string): Promise<Record<string, string>> {
  const { StackResourceSummaries } = await cloudformation().send(new ListStackResourcesCommand({ StackName: name }));
  return Object.fromEntries(
    (StackResourceSummaries ?? []).map(({ LogicalResourceId, PhysicalResourceId }) => [
      LogicalResourceId ?? "",
      PhysicalResourceId ?? "",
    ]),
  );
}
const network = (): EC2Client => new EC2Client(region.client);
const subnetsOf = async (vpcId: string): Promise<string[]> => {
  const { Subnets = [] } = await network().send(new DescribeSubnetsCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId] }] }));
  return Subnets.map(({ CidrBlock = "" }) => CidrBlock).sort((a, b) => a.localeCompare(b));
};
const vpcTags = async (vpcId: string): Promise<Record<string, string>> => {
  const { Vpcs = [] } = await network().send(new DescribeVpcsCommand({ VpcIds: [vpcId] }));
  return Object.fromEntries((Vpcs[0]?.Tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
};

describe.runIf(isPresent("aws", "stacks by the aws CLI"))("the aws CLI", () => {
  let file: string;
  let first: Record<string, string>;

  test("creates a network, and deploys nothing when nothing changes", async () => {
    file = template("network.yaml", templateOf());
    expect(await deploy("net", file)).toMatchObject({ code: 0 });
    first = await physicalIds("net");
    expect(await stackOf("net")).toMatchObject({
      status: "CREATE_COMPLETE",
      outputs: { VpcId: first["Vpc"], FrontId: first["Front"] },
    });
    expect(await subnetsOf(first["Vpc"] ?? "")).toEqual(["10.20.1.0/24", "10.20.9.0/24"]);
    const again = await deploy("net", file, "--no-fail-on-empty-changeset");
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("No changes to deploy") as unknown });
    await expect(cloudformation().send(new UpdateStackCommand({ StackName: "net", UsePreviousTemplate: true }))).rejects.toThrow(
      "No updates are to be performed.",
    );
  });

  test("changes in place: the same VPC, with other tags and attributes", async () => {
    expect(await deploy("net", file, "--parameter-overrides", "Stage=live", "Hostnames=true")).toMatchObject({
      code: 0,
    });
    expect(await physicalIds("net")).toEqual(first);
    expect(await vpcTags(first["Vpc"] ?? "")).toMatchObject({ Stage: "live", "aws:cloudformation:stack-name": "net" });
    const { EnableDnsHostnames } = await network().send(
      new DescribeVpcAttributeCommand({ VpcId: first["Vpc"], Attribute: "enableDnsHostnames" }),
    );
    expect(EnableDnsHostnames?.Value).toBe(true);
  });

  test("replaces: a change set says why, another subnet takes over, and the old one is gone", async () => {
    const change = ["--stack-name", "net", "--change-set-name", "move"];
    await asked(
      ...["cloudformation", "create-change-set", ...change, "--use-previous-template", "--parameters"],
      "ParameterKey=FrontCidr,ParameterValue=10.20.2.0/24",
      "ParameterKey=Stage,UsePreviousValue=true",
      "ParameterKey=Hostnames,UsePreviousValue=true",
    );
    const { Changes } = await asked<{ Changes: { ResourceChange: Record<string, unknown> & { Details: object[] } }[] }>(
      "cloudformation",
      "describe-change-set",
      ...change,
    );
    const changes = Changes.map(({ ResourceChange }) => ResourceChange);
    expect(changes).toMatchObject([
      {
        Action: "Modify",
        LogicalResourceId: "Front",
        PhysicalResourceId: first["Front"],
        Replacement: "True",
        Details: [
          {
            ChangeSource: "DirectModification",
            Evaluation: "Dynamic",
            Target: { Name: "CidrBlock", RequiresRecreation: "Always" },
          },
          { ChangeSource: "ParameterReference", CausingEntity: "FrontCidr", Evaluation: "Static" },
        ],
      },
      {
        LogicalResourceId: "FrontRoutes",
        Replacement: "Conditional",
        Details: [{ ChangeSource: "ResourceReference", CausingEntity: "Front", Evaluation: "Dynamic" }],
      },
    ]);
    await aws("cloudformation", "execute-change-set", ...change);
    expect((await aws("cloudformation", "wait", "stack-update-complete", "--stack-name", "net")).code).toBe(0);
    const now = await physicalIds("net");
    expect(now["Front"]).not.toBe(first["Front"]);
    expect(now["FrontRoutes"]).not.toBe(first["FrontRoutes"]);
    expect({ ...now, Front: "", FrontRoutes: "" }).toEqual({ ...first, Front: "", FrontRoutes: "" });
    expect(await subnetsOf(first["Vpc"] ?? "")).toEqual(["10.20.2.0/24", "10.20.9.0/24"]);
    first = now;
  });

  test("an update that fails goes back to what was, completely", async () => {
    const worse = template(
      "worse.yaml",
      templateOf(
        "  Third:\n    Type: AWS::EC2::Subnet\n    DependsOn: Front\n    Properties: { VpcId: !Ref Vpc, CidrBlock: 10.99.0.0/24 }\n",
      ),
    );
    const said = await deploy("net", worse, "--parameter-overrides", "Stage=worse", "FrontCidr=10.20.3.0/24");
    expect(said.code).not.toBe(0);
    const { status } = await stackOf("net");
    expect(status).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect(await physicalIds("net")).toEqual(first);
    expect(await subnetsOf(first["Vpc"] ?? "")).toEqual(["10.20.2.0/24", "10.20.9.0/24"]);
    expect(await vpcTags(first["Vpc"] ?? "")).toMatchObject({ Stage: "live" });
    const { StackEvents = [] } = await cloudformation().send(new DescribeStackEventsCommand({ StackName: "net" }));
    expect(StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(
      expect.stringMatching(/^Resource handler returned message: .*10\.99\.0\.0\/24.*InvalidSubnet\.Range/),
    );
  });

  test("two stacks share a value: what is in use stays, and everything goes in the end", async () => {
    const user = template(
      "user.yaml",
      "Resources:\n  Group: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: of another stack, VpcId: !ImportValue net-vpc } }\n",
    );
    expect(await deploy("user", user, "--tags", "team=web")).toMatchObject({ code: 0 });
    expect(await deploy("user", user, "--tags", "team=net")).toMatchObject({ code: 0 });
    const { SecurityGroups = [] } = await network().send(
      new DescribeSecurityGroupsCommand({ GroupIds: [(await physicalIds("user"))["Group"] ?? ""] }),
    );
    expect(SecurityGroups[0]?.Tags).toContainEqual({ Key: "team", Value: "net" });
    const listed = await cloudformation().send(new ListImportsCommand({ ExportName: "net-vpc" }));
    expect(listed.Imports).toEqual(["user"]);
    await cloudformation().send(new DeleteStackCommand({ StackName: "net" }));
    expect((await stackOf("net")).reason).toBe("Delete canceled. Cannot delete export net-vpc as it is in use by user.");
    for (const name of ["user", "net"]) {
      await aws("cloudformation", "delete-stack", "--stack-name", name);
      expect((await aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", name)).code).toBe(0);
    }
    const { Vpcs = [] } = await network().send(new DescribeVpcsCommand({}));
    expect(Vpcs.filter(({ IsDefault }) => !IsDefault)).toEqual([]);
  });
});

describe("the CDK's toolkit", () => {
  const said: string[] = [];
  const host: IIoHost = {
    notify: async (message) => void said.push(`${message.code ?? ""} ${message.message}`),
    requestResponse: async (message) => message.defaultResponse,
  };
  const toolkit = new Toolkit({ ioHost: host, color: false, emojis: false });
  const stacks = { strategy: StackSelectionStrategy.ALL_STACKS };
  let round = 0;
  const assembly = (dnsHostnames: boolean) => {
    const outdir = join(scratch, `cdk-${round++}`);
    return toolkit.fromAssemblyBuilder(
      async () => {
        const app = new cdk.App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
        const stack = new cdk.Stack(app, "Network", { stackName: "cdk-net", synthesizer: new cdk.LegacyStackSynthesizer() });
        const vpc = new ec2.Vpc(stack, "Vpc", {
          ipAddresses: ec2.IpAddresses.cidr("10.30.0.0/16"),
          maxAzs: 2,
          natGateways: 0,
          enableDnsSupport: true,
          enableDnsHostnames: dnsHostnames,
          restrictDefaultSecurityGroup: false,
          subnetConfiguration: [
            { name: "Public", subnetType: ec2.SubnetType.PUBLIC },
            { name: "Private", subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
          ],
        });
        new ec2.SecurityGroup(stack, "Web", { vpc }).addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(80));
        return app.synth();
      },
      { contextStore: new MemoryContext({}), resolveDefaultEnvironment: false, clobberEnv: false, outdir },
    );
  };
  const polling = { stacks, stackEventPollingInterval: 100 };

  test("deploys a network, finds nothing to do, shows and makes a change, and destroys it", async () => {
    for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
    try {
      const deployed = async (dnsHostnames: boolean) =>
        toolkit.deploy(await assembly(dnsHostnames), { ...polling, deploymentMethod: { method: "change-set" } });
      await deployed(false);
      expect((await stackOf("cdk-net")).status).toBe("CREATE_COMPLETE");
      const before = await physicalIds("cdk-net");
      said.length = 0;
      await deployed(false);
      expect(said.join("\n")).toContain("no changes");
      said.length = 0;
      const difference = await toolkit.diff(await assembly(true), { stacks });
      expect(Object.values(difference)[0]?.resources.differenceCount).toBe(1);
      expect(said.join("\n")).toContain("EnableDnsHostnames");
      await deployed(true);
      expect(await physicalIds("cdk-net")).toEqual(before);
      await toolkit.destroy(await assembly(true), polling as Parameters<Toolkit["destroy"]>[1]);
      await expect(stackOf("cdk-net")).rejects.toThrow("Stack with id cdk-net does not exist");
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
