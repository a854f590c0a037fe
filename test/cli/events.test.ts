import type { StackEvent } from "@aws-sdk/client-cloudformation";
import pc from "picocolors";
import { expect, test } from "vitest";
import { renderLine, renderUnderWay } from "../../src/cli/render/progress.js";
import { noEvents, takeEvent, type Deployment, type ProgressLine } from "../../src/cli/up/events.js";

const plain = pc.createColors(false);
const stackId = "arn:aws:cloudformation:eu-west-3:000000000000:stack/shop/1";

const event = (second: number, logicalId: string, type: string, status: string, reason?: string): StackEvent => ({
  StackId: stackId,
  EventId: `${logicalId}-${second}`,
  StackName: "shop",
  Timestamp: new Date(second * 1000),
  LogicalResourceId: logicalId,
  PhysicalResourceId: type === "AWS::CloudFormation::Stack" ? stackId : `id-${logicalId}`,
  ResourceType: type,
  ResourceStatus: status as StackEvent["ResourceStatus"],
  ResourceStatusReason: reason,
});

function fold(events: readonly StackEvent[]): { deployment: Deployment; lines: ProgressLine[] } {
  let deployment = noEvents;
  const lines: ProgressLine[] = [];
  for (const one of events) {
    const { after, line } = takeEvent(deployment, one);
    deployment = after;
    if (line !== undefined) lines.push(line);
  }
  return { deployment, lines };
}

test("a resource is one line when it is done, with the time since its first event", () => {
  const { deployment, lines } = fold([
    event(0, "shop", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS"),
    event(1, "Vpc", "AWS::EC2::VPC", "CREATE_IN_PROGRESS"),
    event(2, "Vpc", "AWS::EC2::VPC", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
    event(2, "Database", "AWS::RDS::DBInstance", "CREATE_IN_PROGRESS"),
    event(3.5, "Vpc", "AWS::EC2::VPC", "CREATE_COMPLETE"),
  ]);
  expect(lines.map((line) => renderLine(line, plain))).toMatchInlineSnapshot(`
    [
      "  created      Vpc                                  AWS::EC2::VPC                                  2.5 s",
    ]
  `);
  expect(renderUnderWay(deployment, 31)).toMatchInlineSnapshot(`"  1/31 done; working on Database"`);
});

test("the first failure is what failed, not what was cancelled because of it", () => {
  const { deployment, lines } = fold([
    event(1, "Database", "AWS::RDS::DBInstance", "CREATE_IN_PROGRESS"),
    event(1, "Instance", "AWS::EC2::Instance", "CREATE_IN_PROGRESS"),
    event(2, "Instance", "AWS::EC2::Instance", "CREATE_FAILED", "Resource creation cancelled"),
    event(2, "Database", "AWS::RDS::DBInstance", "CREATE_FAILED", "DB instance class db.x9 is not modelled"),
    event(
      3,
      "shop",
      "AWS::CloudFormation::Stack",
      "ROLLBACK_IN_PROGRESS",
      "The following resource(s) failed to create: [Database].",
    ),
    event(4, "Vpc", "AWS::EC2::VPC", "DELETE_COMPLETE"),
  ]);
  expect(deployment.firstFailure).toEqual({
    logicalId: "Database",
    type: "AWS::RDS::DBInstance",
    status: "CREATE_FAILED",
    reason: "DB instance class db.x9 is not modelled",
  });
  expect(lines.map((line) => renderLine(line, plain)).join("\n")).toMatchInlineSnapshot(`
    "  not created  Instance                             AWS::EC2::Instance                             1.0 s
        Resource creation cancelled
      not created  Database                             AWS::RDS::DBInstance                           1.0 s
        DB instance class db.x9 is not modelled
      deleted      Vpc                                  AWS::EC2::VPC"
  `);
});

test("events of one millisecond may come in any order", () => {
  const { deployment, lines } = fold([
    event(1, "Address", "AWS::EC2::EIP", "CREATE_COMPLETE"),
    event(1, "Address", "AWS::EC2::EIP", "CREATE_IN_PROGRESS"),
  ]);
  expect(lines).toHaveLength(1);
  expect(deployment.begun.size).toBe(0);
});

test("a stack that cannot begin fails by itself", () => {
  const { deployment } = fold([event(1, "shop", "AWS::CloudFormation::Stack", "CREATE_FAILED", "Template error")]);
  expect(deployment.firstFailure?.reason).toBe("Template error");
});
