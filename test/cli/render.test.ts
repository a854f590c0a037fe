import type { Change, ChangeAction } from "@aws-sdk/client-cloudformation";
import pc from "picocolors";
import { expect, test } from "vitest";
import { cgroupKind, diagnosis, readsEndpointUrl } from "../../src/cli/doctor/findings.js";
import { renderDiagnosis } from "../../src/cli/render/diagnosis.js";
import { renderFault } from "../../src/cli/render/fault.js";
import { renderGoing, renderLeft } from "../../src/cli/render/removal.js";
import { renderExplanations, renderStack, type StackView } from "../../src/cli/render/stack.js";
import { renderChanges, resourceChanges } from "../../src/cli/up/changes.js";
import { detachText } from "../../src/cli/up/detach.js";
import { explainFailure } from "../../src/cli/up/failure.js";
import { renderEnv } from "../../src/cli/verbs/env.js";

const plain = pc.createColors(false);

const view: StackView = {
  name: "shop",
  id: "arn:aws:cloudformation:eu-west-3:000000000000:stack/shop/1",
  status: "CREATE_COMPLETE",
  resources: [{ logicalId: "Vpc", type: "AWS::EC2::VPC", physicalId: "vpc-0123", status: "CREATE_COMPLETE" }],
  outputs: { Address: "shop-1.elb.eu-west-3.amazonaws.com" },
  targets: [
    { targetGroup: "Targets", targetId: "i-1", port: 80, state: "healthy" },
    {
      targetGroup: "Targets",
      targetId: "i-2",
      port: 80,
      state: "unhealthy",
      reason: "Target.FailedHealthChecks",
      description: "Health checks failed",
    },
  ],
  published: [
    {
      name: "shop",
      url: "http://shop.localhost:8080/",
      address: "127.0.0.1",
      port: 8080,
      loadBalancer: "shop",
      listenerPort: 80,
    },
  ],
  recorded: [
    { logicalId: "One", type: "AWS::EC2::Instance", property: "Monitoring", because: "metrics are not collected yet" },
    { logicalId: "Two", type: "AWS::EC2::Instance", property: "Monitoring", because: "metrics are not collected yet" },
  ],
};

test("a stack is shown with its outputs, targets, addresses and what is recorded only", () => {
  expect(renderStack(view, plain, { resources: true })).toMatchInlineSnapshot(`
    "shop  CREATE_COMPLETE  1 resource

    Resources
      Vpc  AWS::EC2::VPC  vpc-0123  CREATE_COMPLETE

    Outputs
      Address  shop-1.elb.eu-west-3.amazonaws.com

    Targets
      Targets  i-1:80  healthy
      Targets  i-2:80  unhealthy  Health checks failed

    Open on this machine
      http://shop.localhost:8080/  load balancer shop, port 80

    Recorded only: kept and returned, without effect here
      AWS::EC2::Instance Monitoring  One, Two  metrics are not collected yet"
  `);
});

test("an unhealthy target is explained by its own log lines", () => {
  expect(
    renderExplanations(
      [
        {
          targetId: "i-2",
          name: "app-2",
          because: "its user data failed",
          final: true,
          log: ["E: Unable to locate package flsk"],
        },
      ],
      plain,
    ),
  ).toMatchInlineSnapshot(`
    "unhealthy app-2 (i-2): its user data failed
        E: Unable to locate package flsk"
  `);
});

test("a fault says what happened, where, and what to do", () => {
  expect(
    renderFault(
      {
        code: "PortTaken",
        at: "127.0.0.1:4599",
        message: "the port is taken by process 12 (node)",
        fix: "end it, or give --port",
      },
      plain,
    ),
  ).toMatchInlineSnapshot(`
    "error PortTaken: 127.0.0.1:4599: the port is taken by process 12 (node)
      what to do: end it, or give --port"
  `);
});

test("changes are counted by type, and only what touches existing resources is listed", () => {
  const change = (Action: string, LogicalResourceId: string, ResourceType: string, more: object = {}): Change => ({
    Type: "Resource",
    ResourceChange: { Action: Action as ChangeAction, LogicalResourceId, ResourceType, ...more },
  });
  const changes = resourceChanges([
    change("Add", "A", "AWS::EC2::Subnet"),
    change("Add", "B", "AWS::EC2::Subnet"),
    change("Modify", "C", "AWS::RDS::DBInstance", {
      Replacement: "True",
      Details: [{ Target: { Attribute: "Properties", Name: "Engine" } }],
    }),
    change("Modify", "D", "AWS::EC2::VPC", { Replacement: "False", Details: [{ Target: { Attribute: "Tags" } }] }),
    change("Remove", "E", "AWS::EC2::EIP"),
  ]);
  expect(renderChanges("shop", changes, plain)).toMatchInlineSnapshot(`
    "Changes to stack shop:
      add 2: 2 × AWS::EC2::Subnet
      replace C (AWS::RDS::DBInstance): Engine
      change D (AWS::EC2::VPC): Tags
      remove E (AWS::EC2::EIP)"
  `);
  expect(renderChanges("shop", [], plain)).toMatchInlineSnapshot(`
    "Changes to stack shop:
      outputs, parameters or metadata only"
  `);
});

test("Ctrl-C leaves everything as it is and says how to go on", () => {
  expect(detachText("before", "shop", "local")).toMatchInlineSnapshot(`"Stopped before anything was deployed."`);
  expect(detachText("clearing", "shop", "local")).toMatchInlineSnapshot(`
    "Detached: CloudFormation goes on deleting stack shop, which was rolled back.
      follow it            sandtable status shop --follow"
  `);
  expect(detachText("creating", "shop", "local")).toMatchInlineSnapshot(`
    "Detached: CloudFormation goes on with stack shop.
      follow it            sandtable status shop --follow
      cancel or delete it  sandtable down shop"
  `);
  expect(detachText("updating", "shop", "aws")).toMatchInlineSnapshot(`
    "Detached: CloudFormation goes on with stack shop.
      follow it            sandtable status shop --follow --target aws
      cancel it            aws cloudformation cancel-update-stack --stack-name shop
      delete it            sandtable down shop --target aws"
  `);
  expect(detachText("waiting", "shop", "local")).toMatchInlineSnapshot(`
    "Detached: stack shop is deployed, its targets may not be healthy yet.
      follow it            sandtable status shop --follow
      delete it            sandtable down shop"
  `);
});

test("a failed deployment names the first resource, why, where the stack stands and the way on", () => {
  const fault = explainFailure({
    stackName: "shop",
    target: "local",
    message: "The stack named shop failed creation",
    firstFailure: { logicalId: "Database", type: "AWS::RDS::DBInstance", status: "CREATE_FAILED", reason: "not modelled" },
    status: "ROLLBACK_COMPLETE",
    cause: undefined,
  });
  expect(renderFault(fault, plain)).toMatchInlineSnapshot(`
    "error DeploymentFailed: shop/Database: AWS::RDS::DBInstance is CREATE_FAILED: not modelled
      Stack shop is now ROLLBACK_COMPLETE.
      what to do: correct the definition and run \`sandtable up\` again: it deletes the rolled-back stack and makes it anew; or delete it with \`sandtable down shop\`"
  `);
});

test("a template that was refused created nothing", () => {
  const fault = explainFailure({
    stackName: "shop",
    target: "local",
    message: "unknown type AWS::X",
    firstFailure: undefined,
    status: undefined,
    cause: undefined,
  });
  expect(renderFault(fault, plain)).toMatchInlineSnapshot(`
    "error Refused: shop: unknown type AWS::X
      Nothing was created.
      what to do: correct the definition and run \`sandtable up\` again"
  `);
});

test("before a deletion everything that goes is listed, after it what is left", () => {
  const resource = {
    LogicalResourceId: "Vpc",
    ResourceType: "AWS::EC2::VPC",
    PhysicalResourceId: "vpc-1",
    ResourceStatus: "CREATE_COMPLETE",
    LastUpdatedTimestamp: undefined,
  } as const;
  expect(renderGoing("shop", [resource], plain)).toMatchInlineSnapshot(`
    "Stack shop goes, with 1 resource
      Vpc  AWS::EC2::VPC  vpc-1"
  `);
  expect(renderLeft("shop", [], 2.04, plain)).toMatchInlineSnapshot(`"shop is deleted after 2.0 s, and nothing of it is left"`);
  expect(renderLeft("shop", [{ kind: "on this host", name: "namespace st-1a2b3c-eni-x" }], 2.04, plain)).toMatchInlineSnapshot(`
    "shop is deleted, but these are left:
      on this host  namespace st-1a2b3c-eni-x"
  `);
});

test("doctor shows all findings, or with --brief what stands in the way", () => {
  const found = diagnosis(
    [
      { name: "nft", state: "ok", detail: "/usr/sbin/nft" },
      { name: "crun", state: "missing", detail: "not found; needed for machines", fix: "install the package crun" },
    ],
    ["namespace st-1a2b3c-eni-x"],
  );
  expect(renderDiagnosis(found, plain, false)).toMatchInlineSnapshot(`
    "  ok       nft   /usr/sbin/nft
      MISSING  crun  not found; needed for machines; install the package crun
    Left over on this host (\`sandtable region start\` carries on with it, \`sandtable region stop --purge\` removes it):
      namespace st-1a2b3c-eni-x
    This machine cannot run the region yet: see what is missing; \`sandtable doctor --fix\` installs packages."
  `);
  expect(renderDiagnosis(found, plain, true)).toMatchInlineSnapshot(`
    "  MISSING  crun  not found; needed for machines; install the package crun
    Left over on this host (\`sandtable region start\` carries on with it, \`sandtable region stop --purge\` removes it):
      namespace st-1a2b3c-eni-x
    This machine cannot run the region yet: see what is missing; \`sandtable doctor --fix\` installs packages."
  `);
  expect(renderDiagnosis(diagnosis([], []), plain, true)).toBe("");
});

test.each([
  ["aws-cli/2.9.19 Python/3.11.2 Linux/6.1 source/x86_64.debian.12", false],
  ["aws-cli/2.13.0 Python/3.11", true],
  ["aws-cli/1.28.1 Python/3.11", false],
  ["aws-cli/1.45.11 Python/3.11", true],
  ["command not found", undefined],
])("whether %s reads AWS_ENDPOINT_URL", (text, reads) => {
  expect(readsEndpointUrl(text)).toBe(reads);
});

test.each([
  [["cgroup.controllers", "cgroup.procs"], "v2"],
  [["memory", "cpu", "unified"], "hybrid"],
  [["memory", "cpu"], undefined],
  [[], undefined],
])("cgroups with %j below their root are %s", (names, kind) => {
  expect(cgroupKind(names)).toBe(kind);
});

test("env writes lines for a POSIX shell", () => {
  expect(renderEnv({ AWS_ENDPOINT_URL: "http://127.0.0.1:4599", AWS_SECRET_ACCESS_KEY: "it's" })).toMatchInlineSnapshot(`
    "export AWS_ENDPOINT_URL=http://127.0.0.1:4599
    export AWS_SECRET_ACCESS_KEY='it'\\''s'
    unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE"
  `);
});
