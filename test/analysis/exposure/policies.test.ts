import { expect, test } from "vitest";
import { alarmRules } from "../../../src/analysis/alarms/rules.js";
import { exposureRules } from "../../../src/analysis/exposure/rules.js";
import { anyone, group, host, judged, network } from "../../support/analysed.js";

type Resources = Parameters<typeof judged>[2];

const allow = (principal: unknown, more: object = {}): object => ({
  Statement: [{ Effect: "Allow", Principal: principal, Action: "kms:*", Resource: "*", ...more }],
});
const root = { AWS: "arn:aws:iam::111122223333:root" };
const cloudwatch = { Service: "cloudwatch.amazonaws.com" };
const key = (policy: unknown): Resources => ({ Key: ["KMS::Key", { KeyPolicy: policy }] });
const role = (trust: unknown): Resources => ({ Role: ["IAM::Role", { AssumeRolePolicyDocument: trust }] });
const allButOne = { Statement: [{ Effect: "Allow", NotPrincipal: root, Action: "kms:*", Resource: "*" }] };
const inOrganisation = { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } };

const topic = (properties: object, more: Resources = {}): Resources => ({
  Topic: ["SNS::Topic", properties],
  Alarm: ["CloudWatch::Alarm", { MetricName: "m", Namespace: "n", AlarmActions: [{ Ref: "Topic" }] }],
  ...more,
});
const ofKey = (policy: unknown): Resources => topic({ KmsMasterKeyId: { Ref: "Key" } }, key(policy));
const shut = "topic-key-shuts-publishers-out";
const secret = "secret-parameter-in-user-data";
const volume = (encrypted: unknown): Resources => ({
  ...network,
  Group: group(),
  Host: host("Private", { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { Encrypted: encrypted } }] }),
});
const script = (text: unknown): Resources => ({ ...network, Group: group(), Host: host("Private", { UserData: text }) });

const forHosts = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
const starts = { Effect: "Allow", Action: "ssm:StartSession", Resource: "*" };
const inline = (document: unknown): object => ({ Policies: [{ PolicyName: "p", PolicyDocument: document }] });
const person = (more: object = {}, arns: readonly string[] = [forHosts]): Resources => ({
  User: ["IAM::User", { ManagedPolicyArns: arns, ...more }],
});
const session = "session-policy-cannot-start-sessions";
const writes = (...resources: readonly string[]): Resources => ({
  Role: [
    "IAM::Role",
    {
      AssumeRolePolicyDocument: allow(cloudwatch),
      ...inline({ Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: resources }] }),
    },
  ],
});
const stages = "stages-share-a-role";

test.each<readonly [name: string, rule: string, resources: Resources, found: readonly string[]]>([
  ["a key for everybody", "key-open-to-everybody", key(allow("*")), ["Key fails"]],
  ["a key for every account", "key-open-to-everybody", key(allow({ AWS: "*" })), ["Key fails"]],
  ["a key for all but one", "key-open-to-everybody", key(allButOne), ["Key fails"]],
  ["a key for its account", "key-open-to-everybody", key(allow(root)), []],
  ["a key for an organisation", "key-open-to-everybody", key(allow("*", inOrganisation)), []],
  ["a key for who knows whom", "key-open-to-everybody", key(anyone), ["Key unknown"]],
  ["a role for everybody", "role-open-to-everybody", role(allow({ AWS: "*" }, { Action: "sts:AssumeRole" })), ["Role fails"]],
  ["a role for a service", "role-open-to-everybody", role(allow(cloudwatch)), []],
  ["a role for who knows whom", "role-open-to-everybody", role(anyone), ["Role unknown"]],
  ["AWS's own key", shut, topic({ KmsMasterKeyId: "alias/aws/sns" }), ["Topic fails"]],
  ["no key", shut, topic({}), []],
  ["a key that CloudWatch may not use", shut, ofKey(allow(root)), ["Topic fails"]],
  ["a key that CloudWatch may use", shut, ofKey(allow(cloudwatch)), []],
  ["a key of which nobody knows", shut, topic({ KmsMasterKeyId: anyone }), ["Topic unknown"]],
  ["a topic in clear text", "topic-unencrypted", topic({}), ["Topic fails"]],
  ["an encrypted topic", "topic-unencrypted", topic({ KmsMasterKeyId: "alias/own" }), []],
  ["a topic of which nobody knows", "topic-unencrypted", topic({ KmsMasterKeyId: anyone }), ["Topic unknown"]],
  ["a volume in clear text", "volume-unencrypted", volume(false), ["Host fails"]],
  ["an encrypted volume", "volume-unencrypted", volume(true), []],
  ["a volume of which nobody knows", "volume-unencrypted", volume(anyone), ["Host unknown"]],
  [
    "a secret that is written down",
    "secret-in-template",
    { Secret: ["SecretsManager::Secret", { SecretString: "hunter22" }] },
    ["Secret fails"],
  ],
  ["a secret that is made up", "secret-in-template", { Secret: ["SecretsManager::Secret", { GenerateSecretString: {} }] }, []],
  ["a secret that is given", "secret-in-template", { Secret: ["SecretsManager::Secret", { SecretString: anyone }] }, []],
  ["a secret parameter", secret, script({ "Fn::Base64": { "Fn::Sub": "P=${Hidden}" } }), ["Host fails"]],
  ["another parameter", secret, script({ "Fn::Base64": { "Fn::Sub": "P=${Anyone}" } }), []],
  ["the policy of hosts for a person", session, person(), ["User fails"]],
  ["… who may start sessions by another one", session, person(inline({ Statement: [starts] })), []],
  ["… who has another one that nobody knows", session, person(inline(anyone)), ["User unknown"]],
  ["a person without the policy of hosts", session, person(inline({ Statement: [] }), []), []],
  ["the policy of hosts for a role", session, { Role: ["IAM::Role", { ManagedPolicyArns: [forHosts] }] }, []],
  ["two stages of a bucket", stages, writes("arn:aws:s3:::b/prod/*", "arn:aws:s3:::b/preview/*"), ["Role fails"]],
  ["one stage of a bucket", stages, writes("arn:aws:s3:::b/prod/*"), []],
  ["two stages of two buckets", stages, writes("arn:aws:s3:::a/prod/*", "arn:aws:s3:::b/preview/*"), []],
  ["a script that nobody knows", secret, script(anyone), ["Host unknown"]],
])("%s: %s", (_, rule, resources, found) => {
  expect(judged([...exposureRules, ...alarmRules], rule, resources)).toEqual(found);
});
