import { expect, test } from "vitest";
import { describeAccount } from "../../../src/environment/account/describe.js";
import { differences } from "../../../src/environment/compare.js";
import { nodesOf, type Environment } from "../../../src/environment/environment.js";
import { graphOf } from "../../../src/environment/graph/graph.js";
import { describeTemplates } from "../../../src/environment/template/describe.js";
import { readParameter } from "../../../src/region/services/ssm/parameters.js";
import { networkTemplate } from "../../journeys/network-template.js";
import { everything } from "./everything.js";
import { liveAccount, type LiveAccount } from "./live.js";

const debian = "/aws/service/debian/release/12/latest/amd64";

const about = { region: "eu-west-3", account: "000000000000" };

function graphOfTemplate(template: object): Environment {
  const { description, problems } = describeTemplates([{ name: "shop", file: "t.json", text: JSON.stringify(template) }], about);
  if (description === undefined) throw new Error(JSON.stringify(problems));
  return graphOf(description);
}

const cases: readonly [string, (account: LiveAccount) => object][] = [
  ["a network with two NAT gateways", () => networkTemplate(1)],
  ["a stack with one of each kind", (account) => everything(readParameter(account.call, debian))],
];

test.each(cases)("the template and what is live are the same environment: %s", async (_name, templateFor) => {
  const account = await liveAccount();
  const template = templateFor(account);
  await account.up(template);
  const live = graphOf(await describeAccount(account.clients, { stacks: ["shop"] }));
  const before = graphOfTemplate(template);
  expect(differences(before, live)).toEqual([]);
  expect([...nodesOf(live)].length).toBe([...nodesOf(before)].length);
});

test("a stack that is not there is said so, with those that are", async () => {
  const account = await liveAccount();
  await account.up({ Resources: { Topic: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16" } } } });
  await expect(describeAccount(account.clients, { stacks: ["none"] })).rejects.toMatchObject({
    code: "StackNotFound",
    fix: "name one of shop",
  });
});

test("services that the region does not have are listed as not examined, each with what it answered", async () => {
  const account = await liveAccount();
  const { unexamined = [] } = await describeAccount(account.clients);
  const types = [
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::AutoScaling::ScalingPolicy",
    "AWS::Backup::BackupPlan",
    "AWS::CloudTrail::Trail",
    "AWS::CloudWatch::Alarm",
    "AWS::DLM::LifecyclePolicy",
    "AWS::EC2::LaunchTemplate",
    "AWS::Events::Rule",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::Scheduler::Schedule",
    "AWS::WAFv2::WebACL",
  ];
  for (const type of types)
    expect(unexamined.find(({ id }) => id === type)?.why, type).toMatch(/was refused: NotImplemented: Sandtable does not model/);
});

test("what is denied is listed as not examined, and the rest is told", async () => {
  const account = await liveAccount();
  await account.up({ Resources: { Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16" } } } });
  const kms = await account.clients.kms();
  kms.middlewareStack.add(
    () => () =>
      Promise.reject(Object.assign(new Error("no"), { name: "AccessDeniedException", $fault: "client", $metadata: {} })),
    { step: "initialize" },
  );
  const { resources, unexamined = [] } = await describeAccount({ ...account.clients, kms: async () => kms });
  expect(resources.map(({ id }) => id)).toContain("Vpc");
  expect(unexamined.find(({ type }) => type === "AWS::KMS::Key")?.why).toBe(
    "kms:ListKeys was refused: AccessDeniedException: no",
  );
});
