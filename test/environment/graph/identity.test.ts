import { describe, expect, test } from "vitest";
import { anyUnknown, graphOfResources, nodeIn } from "../../support/graphs.js";

describe("identity", () => {
  const graph = graphOfResources(`
Role: {Type: AWS::IAM::Role, Properties: {RoleName: backend, AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]}, ManagedPolicyArns: [!Sub "arn:\${AWS::Partition}:iam::aws:policy/AdministratorAccess", !Ref Shared], Policies: [{PolicyName: own, PolicyDocument: {Statement: {Effect: Deny, NotAction: "s3:*", Resource: "*"}}}]}}
Shared: {Type: AWS::IAM::ManagedPolicy, Properties: {ManagedPolicyName: shared, PolicyDocument: {Statement: []}}}
Apart: {Type: AWS::IAM::Policy, Properties: {PolicyName: apart, Roles: [!Ref Role], PolicyDocument: {Statement: []}}}
User: {Type: AWS::IAM::User, Properties: {Groups: [!Ref People], LoginProfile: {Password: x}}}
People: {Type: AWS::IAM::Group, Properties: {ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}}
Others: {Type: AWS::IAM::Group}
Addition: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref Others, Users: [!Ref User]}}
Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref User}}
Github: {Type: AWS::IAM::OIDCProvider, Properties: {Url: "https://token.actions.githubusercontent.com", ClientIdList: [sts.amazonaws.com]}}`);

  test("a role has its own policies, those it names, and those that name it", () => {
    expect(nodeIn(graph.roles, "Role")).toMatchObject({
      name: "backend",
      trust: { statements: [{ principals: { Service: ["ec2.amazonaws.com"] }, actions: ["sts:AssumeRole"] }] },
      policies: [
        { name: "own", document: { statements: [{ effect: "Deny", actions: [], notActions: ["s3:*"], resources: ["*"] }] } },
        { name: "AdministratorAccess", arn: "arn:aws:iam::aws:policy/AdministratorAccess", document: undefined },
        { name: "shared", document: { statements: [] } },
        { name: "apart" },
      ],
    });
  });

  test("a user has groups, keys and a password; a second factor no template tells", () => {
    expect(nodeIn(graph.users, "User")).toMatchObject({
      groups: ["People", "Others"],
      accessKeys: 1,
      hasPassword: true,
      hasMfa: anyUnknown,
    });
    expect(nodeIn(graph.userGroups, "People").policies).toMatchObject([{ name: "ReadOnlyAccess" }]);
    expect(nodeIn(graph.identityProviders, "Github")).toMatchObject({
      url: "https://token.actions.githubusercontent.com",
      audiences: ["sts.amazonaws.com"],
    });
  });
});
