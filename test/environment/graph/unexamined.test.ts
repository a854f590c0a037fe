import { describe, expect, test } from "vitest";
import { graphOfResources } from "../../support/graphs.js";

describe("what the graph does not hold is told", () => {
  test.each<[string, string, string]>([
    ["a type without a place", "X: {Type: AWS::ECS::Cluster}", "resources of type AWS::ECS::Cluster are not part of the graph"],
    ["a custom resource", "X: {Type: 'Custom::Thing'}", "what a custom resource does is up to the function behind it"],
    ["a nested stack", "X: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: a}}", "its template was not given"],
    [
      "a rule for a group that is elsewhere",
      "X: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: sg-1, IpProtocol: -1, CidrIp: 0.0.0.0/0}}",
      "what it belongs to is not known: sg-1 is not part of what was read",
    ],
    ["a volume that nothing uses", "X: {Type: AWS::EC2::Volume, Properties: {Size: 1}}", "it is attached to no instance"],
  ])("%s", (_, resource, why) => {
    expect(graphOfResources(resource).unexamined).toEqual([
      {
        id: "X",
        type: expect.any(String) as string,
        why: expect.stringContaining(why) as string,
        place: expect.anything() as unknown,
      },
    ]);
  });

  test("the books of a deployment are nothing to examine", () => {
    expect(
      graphOfResources("X: {Type: AWS::CDK::Metadata}\nY: {Type: AWS::CloudFormation::WaitConditionHandle}").unexamined,
    ).toEqual([]);
  });
});
