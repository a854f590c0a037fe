import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { JourneyRegion } from "./region.js";

/** Stacks that wait for word from a machine of theirs, over its own network, and from the internet. */
const region = new JourneyRegion();
let cloudformation: CloudFormationClient;
beforeAll(async () => {
  await region.ok("region", "start", "--port", "0");
  cloudformation = new CloudFormationClient(region.client);
});
afterAll(async () => {
  cloudformation.destroy();
  await region.purge();
});

async function stack(name: string): Promise<Stack> {
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: name }));
  const [found] = Stacks ?? [];
  if (found === undefined) throw new Error(`no stack ${name}`);
  return found;
}

/** The stack when its status is no more this one. */
async function past(status: string, name: string): Promise<Stack> {
  for (;;) {
    const now = await stack(name);
    if (now.StackStatus !== status) return now;
    await sleep(100);
  }
}

const create = (name: string, template: string): Promise<unknown> =>
  cloudformation.send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: template,
      Capabilities: ["CAPABILITY_IAM"],
      OnFailure: "DO_NOTHING",
    }),
  );

/** Signals its own CreationPolicy as cfn-signal does, with the credentials of its role, and the wait condition by its URL. */
const machine = `
Parameters:
  Size: { Type: String, Default: t3.small }
  Image: { Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>, Default: /aws/service/debian/release/12/latest/amd64 }
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, MapPublicIpOnLaunch: true } }
  Igw: { Type: AWS::EC2::InternetGateway }
  Attached: { Type: AWS::EC2::VPCGatewayAttachment, Properties: { VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw } }
  Routes: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !Ref Vpc } }
  Out:
    Type: AWS::EC2::Route
    DependsOn: Attached
    Properties: { RouteTableId: !Ref Routes, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw }
  Routed: { Type: AWS::EC2::SubnetRouteTableAssociation, Properties: { SubnetId: !Ref Subnet, RouteTableId: !Ref Routes } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }]
  Profile: { Type: AWS::IAM::InstanceProfile, Properties: { Roles: [!Ref Role] } }
  Handle: { Type: AWS::CloudFormation::WaitConditionHandle }
  Host:
    Type: AWS::EC2::Instance
    DependsOn: [Routed, Out]
    CreationPolicy: { ResourceSignal: { Count: 1, Timeout: PT5M } }
    Properties:
      ImageId: !Ref Image
      InstanceType: !Ref Size
      SubnetId: !Ref Subnet
      IamInstanceProfile: !Ref Profile
      UserData:
        Fn::Base64: !Sub |
          #!/bin/bash
          set -eu
          about=http://169.254.169.254/latest
          session=$(curl -sS -X PUT $about/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')
          know() { curl -sS -H "X-aws-ec2-metadata-token: $session" $about/meta-data/$1; }
          id=$(know instance-id)
          key=$(know iam/security-credentials/$(know iam/security-credentials/))
          value() { sed -n "s/.*\\"$1\\" *: *\\"\\([^\\"]*\\)\\".*/\\1/p" <<<"$key"; }
          curl -sSf --retry 20 --retry-all-errors --retry-delay 1 --aws-sigv4 aws:amz:\${AWS::Region}:cloudformation \\
            --user "$(value AccessKeyId):$(value SecretAccessKey)" -H "X-Amz-Security-Token: $(value Token)" \\
            -d "Action=SignalResource&Version=2010-05-15&StackName=\${AWS::StackName}&LogicalResourceId=Host&UniqueId=$id&Status=SUCCESS" \\
            https://cloudformation.\${AWS::Region}.amazonaws.com/
          curl -sSf --retry 20 --retry-all-errors --retry-delay 1 -T - '\${Handle}' <<END
          { "Status": "SUCCESS", "Reason": "configured", "UniqueId": "$id", "Data": "$(hostname)" }
          END
  Configured:
    Type: AWS::CloudFormation::WaitCondition
    DependsOn: Host
    Properties: { Handle: !Ref Handle, Timeout: "300" }
Outputs:
  Said: { Value: !GetAtt Configured.Data }
  Id: { Value: !Ref Host }
`;

test("a machine tells its stack that it is there, and what it has done", async () => {
  await create("machine", machine);
  const made = await past("CREATE_IN_PROGRESS", "machine");
  expect(made, made.StackStatusReason).toMatchObject({ StackStatus: "CREATE_COMPLETE" });
  const outputs = Object.fromEntries(
    (made.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
  );
  expect(JSON.parse(outputs["Said"] ?? "")).toEqual({ [outputs["Id"] ?? ""]: expect.stringMatching(/^ip-10-0-0-/) as unknown });
});

test("a machine of another size is the same one, stopped and started again", async () => {
  const Parameters = [{ ParameterKey: "Size", ParameterValue: "t3.medium" }];
  const [before = ""] =
    (await stack("machine")).Outputs?.flatMap(({ OutputKey, OutputValue = "" }) => (OutputKey === "Id" ? [OutputValue] : [])) ??
    [];
  await cloudformation.send(
    new UpdateStackCommand({ StackName: "machine", UsePreviousTemplate: true, Parameters, Capabilities: ["CAPABILITY_IAM"] }),
  );
  expect(await past("UPDATE_IN_PROGRESS", "machine")).toMatchObject({
    StackStatus: expect.stringContaining("UPDATE_COMPLETE") as unknown,
    Outputs: expect.arrayContaining([expect.objectContaining({ OutputKey: "Id", OutputValue: before })]) as unknown,
  });
  const about = "http://169.254.169.254/latest";
  const asking = `curl -sS -H "X-aws-ec2-metadata-token: $(curl -sS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${about}/api/token)" ${about}/meta-data/instance-type`;
  expect(await region.cli("connect", before, "--", "bash", "-c", asking)).toMatchObject({ code: 0, stdout: "t3.medium" });
});

test("a program on the internet may tell it too, under the presigned URL and no other", async () => {
  await create(
    "outside",
    "Resources:\n  Handle: { Type: AWS::CloudFormation::WaitConditionHandle }\n" +
      "  Told: { Type: AWS::CloudFormation::WaitCondition, Properties: { Handle: !Ref Handle, Timeout: 300 } }\n",
  );
  const describing = ["aws", "cloudformation", "describe-stack-resource", "--stack-name", "outside"];
  const { StackResourceDetail } = await region.json<{ StackResourceDetail: { PhysicalResourceId: string } }>(
    ...describing,
    ...["--logical-resource-id", "Handle", "--output", "json"],
  );
  const url = StackResourceDetail.PhysicalResourceId;
  const put = (to: string) =>
    region.internet(
      "curl",
      "-sS",
      "-X",
      "PUT",
      "-w",
      "%{http_code}",
      to,
      "--data",
      '{"Status":"FAILURE","Reason":"no","UniqueId":"x"}',
    );
  expect((await put(url.replace(/.$/, (last) => (last === "0" ? "1" : "0")))).stdout).toContain("SignatureDoesNotMatch");
  expect(await put(url)).toMatchObject({ code: 0, stdout: "200" });
  expect(await past("CREATE_IN_PROGRESS", "outside")).toMatchObject({
    StackStatus: "CREATE_FAILED",
    StackStatusReason: expect.stringContaining("failed to create: [Told]") as unknown,
  });
});
