import { expect, test } from "vitest";
import { exposureRules } from "../../../src/analysis/exposure/rules.js";
import { anyone, judged } from "../../support/analysed.js";

type Resources = Parameters<typeof judged>[2];

const open = { BlockPublicAcls: false, IgnorePublicAcls: false, BlockPublicPolicy: false, RestrictPublicBuckets: false };
const objects = { "Fn::Sub": "${Bucket.Arn}/*" };
const itself = { "Fn::GetAtt": ["Bucket", "Arn"] };
const world = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" };
const bucket = (statements: readonly object[], more: object = {}): Resources => ({
  Bucket: ["S3::Bucket", { PublicAccessBlockConfiguration: open, ...more }],
  Policy: ["S3::BucketPolicy", { Bucket: { Ref: "Bucket" }, PolicyDocument: { Statement: statements } }],
});
const one = (more: object): Resources => bucket([{ ...world, ...more }]);
const on = (operator: string, key: string, value: unknown): Resources => one({ Condition: { [operator]: { [key]: value } } });
const except = (more: object): Resources => bucket([world, { ...world, Effect: "Deny", ...more }]);
const inOffice = { NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" } };

const fails = ["Bucket fails"];
const unknown = ["Bucket unknown"];

test.each<readonly [name: string, resources: Resources, found: readonly string[]]>([
  ["over TLS", on("Bool", "aws:SecureTransport", "true"), fails],
  ["from any address", on("IpAddress", "aws:SourceIp", "0.0.0.0/0"), fails],
  ["from half of all addresses", on("IpAddress", "aws:SourceIp", ["0.0.0.0/1", "192.0.2.0/24"]), fails],
  ["from any address of IPv6", on("IpAddress", "aws:SourceIp", "2000::/3"), fails],
  ["from an office", on("IpAddress", "aws:SourceIp", ["192.0.2.0/24", "198.51.100.7"]), []],
  ["from an office of IPv6", on("IpAddress", "aws:SourceIp", "2001:db8::/32"), []],
  ["from who knows where", on("IpAddress", "aws:SourceIp", anyone), unknown],
  ["from anywhere but an office", on("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"), fails],
  ["from any page", on("StringLike", "aws:Referer", "*"), fails],
  ["from a page, as anybody may say", on("StringLike", "aws:Referer", "https://example.com/*"), fails],
  ["by an endpoint", on("StringEquals", "aws:SourceVpce", "vpce-1"), []],
  ["by a given endpoint", on("StringEquals", "aws:SourceVpce", anyone), []],
  ["by any endpoint", on("StringLike", "aws:SourceVpce", "vpce-*"), fails],
  ["by an endpoint, if by any", on("StringEqualsIfExists", "aws:SourceVpce", "vpce-1"), fails],
  ["of an organisation", on("StringEquals", "aws:PrincipalOrgID", "o-1"), []],
  ["of a part of an organisation", on("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/*"), []],
  ["of any organisation", on("StringLike", "aws:PrincipalOrgID", "o-*"), fails],
  ["of an organisation like who knows what", on("StringLike", "aws:PrincipalOrgID", anyone), unknown],
  ["of the bucket's organisation", on("StringEquals", "aws:PrincipalOrgID", "${aws:ResourceOrgID}"), []],
  ["of one's own account", on("StringEquals", "aws:SourceAccount", "${aws:PrincipalAccount}"), unknown],
  ["roles of an account", on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*"), []],
  ["roles of any account", on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/admin"), fails],
  ["sessions of a role", on("StringLike", "aws:userid", "AROAEXAMPLE:*"), []],
  ["with a tag", on("StringEquals", "aws:PrincipalTag/team", "a"), unknown],
  ["under a condition that nobody knows", one({ Condition: anyone }), unknown],
  [
    "two conditions of which one narrows",
    one({
      Condition: { Bool: { "aws:SecureTransport": "true" }, StringEquals: { "aws:SourceVpc": "vpc-1" } },
    }),
    [],
  ],
  ["who knows who", one({ Principal: anyone }), unknown],
  ["who knows which account", one({ Principal: { AWS: { "Fn::ImportValue": "x" } } }), unknown],
  ["its own account", one({ Principal: { AWS: { Ref: "AWS::AccountId" } } }), []],
  ["a given account's root", one({ Principal: { AWS: { "Fn::Sub": "arn:aws:iam::${Anyone}:root" } } }), []],
  ["who knows what", one({ Action: anyone }), unknown],
  ["who knows how much of it", one({ Action: { "Fn::Sub": "s3:${Anyone}" } }), unknown],
  ["who knows what else", one({ Action: ["s3:ListBucket", { "Fn::Sub": "s3:Put${Anyone}" }] }), []],
  ["allowed or denied", one({ Effect: anyone }), unknown],
  ["denied again", except({}), []],
  ["denied of some", except({ Resource: { "Fn::Sub": "${Bucket.Arn}/private/*" } }), fails],
  ["denied of all objects", except({ Resource: objects }), []],
  ["denied without TLS", except({ Condition: { Bool: { "aws:SecureTransport": "false" } } }), fails],
  ["denied outside an office", except({ Condition: inOffice }), []],
  ["denied to who knows whom", except({ Principal: anyone }), unknown],
])("a bucket that the world may read: %s", (_, resources, found) => {
  expect(judged(exposureRules, "bucket-public", resources)).toEqual(found);
});

test.each<readonly [name: string, resources: Resources, found: readonly string[]]>([
  ["puts", one({ Action: "s3:PutObject" }), fails],
  ["deletes", one({ Action: ["s3:DeleteObject"], Resource: objects }), fails],
  ["does everything", one({ Action: "s3:*", Resource: objects }), fails],
  ["changes its policy", one({ Action: "s3:PutBucketPolicy", Resource: itself }), fails],
  ["changes the policy of its objects, which have none", one({ Action: "s3:PutBucketPolicy", Resource: objects }), []],
  ["reads", one({}), []],
  ["all but deleting the bucket", one({ Action: undefined, NotAction: "s3:DeleteBucket" }), fails],
  ["who knows what", one({ Action: anyone }), unknown],
  ["by an ACL", bucket([], { AccessControl: "PublicReadWrite" }), fails],
  ["by an ACL that is ignored", { Bucket: ["S3::Bucket", { AccessControl: "PublicReadWrite" }] }, []],
  ["to a web site", bucket([{ ...world, Action: "s3:PutObject" }], { WebsiteConfiguration: {} }), fails],
  ["its block does not let it", bucket([{ ...world, Action: "s3:*" }], { PublicAccessBlockConfiguration: undefined }), []],
])("a bucket that the world may write: %s", (_, resources, found) => {
  expect(judged(exposureRules, "bucket-writable-by-everybody", resources)).toEqual(found);
});

const role = (trust: object): Resources => ({
  Role: ["IAM::Role", { AssumeRolePolicyDocument: { Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...trust }] } }],
});

test.each<readonly [name: string, resources: Resources, found: readonly string[]]>([
  ["who knows whom", role({ Principal: { AWS: anyone } }), ["Role unknown"]],
  ["a given account", role({ Principal: { AWS: { "Fn::Sub": "arn:aws:iam::${Anyone}:root" } } }), []],
  ["anybody over TLS", role({ Principal: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } }), ["Role fails"]],
  ["anybody who knows a word", role({ Principal: "*", Condition: { StringEquals: { "sts:ExternalId": "x" } } }), []],
])("a role for everybody: %s", (_, resources, found) => {
  expect(judged(exposureRules, "role-open-to-everybody", resources)).toEqual(found);
});
