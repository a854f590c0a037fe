import { expect, test } from "vitest";
import { exposureRules } from "../../../src/analysis/exposure/rules.js";
import { anyone, judged } from "../../support/analysed.js";

type Resources = Parameters<typeof judged>[2];

const trust = { Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }] };
const role = (...statements: readonly object[]): Resources => ({
  Role: [
    "IAM::Role",
    { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: "p", PolicyDocument: { Statement: statements } }] },
  ],
});
const all = { Effect: "Allow", Action: "*", Resource: "*" };
const stars = (more: object): Resources => role({ ...all, ...more });
const managed = (document: object, more: object = {}): Resources => ({
  Policy: ["IAM::ManagedPolicy", { PolicyDocument: { Statement: [document] }, ...more }],
});

test.each<readonly [name: string, resources: Resources, found: readonly string[]]>([
  ["*:*", stars({ Action: "*:*" }), ["Role fails"]],
  ["?*", stars({ Action: "?*" }), ["Role fails"]],
  ["everything but one thing", stars({ Resource: undefined, NotResource: "arn:aws:s3:::x" }), ["Role fails"]],
  ["everything but everything", stars({ Resource: undefined, NotResource: "*" }), []],
  ["an ARN that is all stars", stars({ Resource: "arn:aws:*:*:*:*" }), ["Role fails"]],
  ["all of S3", stars({ Resource: "arn:aws:s3:::*" }), []],
  ["in a region", stars({ Condition: { StringEquals: { "aws:RequestedRegion": "eu-west-3" } } }), ["Role fails"]],
  ["with a second factor", stars({ Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }), []],
  ["who knows what", stars({ Action: anyone }), ["Role unknown"]],
  ["who knows how much of a service", stars({ Action: { "Fn::Sub": "ec2:${Anyone}" } }), ["Role unknown"]],
  ["something that begins well", stars({ Action: { "Fn::Sub": "ec2:Describe${Anyone}" } }), []],
  ["who knows where", stars({ Resource: anyone }), ["Role unknown"]],
  ["on what is of the template", { Bucket: ["S3::Bucket"], ...stars({ Resource: { "Fn::GetAtt": ["Bucket", "Arn"] } }) }, []],
  ["under a condition that nobody knows", stars({ Condition: anyone }), ["Role unknown"]],
  ["a policy for nobody here", managed(all), ["Policy fails"]],
  ["a policy for a role here", { ...managed(all, { Roles: [{ Ref: "Role" }] }), ...role() }, ["Role fails"]],
  ["a small policy for nobody", managed({ ...all, Action: "ec2:Describe*" }), []],
])("a grant of everything: %s", (_, resources, found) => {
  expect(judged(exposureRules, "grant-of-everything", resources)).toEqual(found);
});
