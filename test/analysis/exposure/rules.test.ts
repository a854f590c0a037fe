import { describe, expect, test } from "vitest";
import { exposureRules } from "../../../src/analysis/exposure/rules.js";
import { anyone, group, host, judged, network, tcpFrom, userData } from "../../support/analysed.js";

type Case = readonly [name: string, rule: string, resources: Parameters<typeof judged>[2], found: readonly string[]];

const world = "0.0.0.0/0";
const check = ([, rule, resources, found]: Case) => expect(judged(exposureRules, rule, resources)).toEqual(found);
const withHost = (subnet: string, rules: readonly object[], more?: object) => ({
  ...network,
  Group: group(...rules),
  Host: host(subnet, more),
});
const database = (properties: object, more?: object) => ({
  Db: [
    "RDS::DBInstance",
    {
      Engine: "postgres",
      DBInstanceClass: "db.t4g.micro",
      AllocatedStorage: "20",
      MasterUsername: "u",
      ManageMasterUserPassword: true,
      ...properties,
    },
    more,
  ] as const,
});

describe("ports", () => {
  test.each<Case>([
    [
      "SSH from the world on a public host",
      "reachable-administration-port",
      withHost("Public", [tcpFrom(22, world)]),
      ["Host fails"],
    ],
    ["SSH from one office", "reachable-administration-port", withHost("Public", [tcpFrom(22, "203.0.113.7/32")]), []],
    ["SSH from who knows where", "reachable-administration-port", withHost("Public", [tcpFrom(22, anyone)]), ["Host unknown"]],
    ["SSH from the world on a private host", "reachable-administration-port", withHost("Private", [tcpFrom(22, world)]), []],
    ["… is what its group is told for", "group-open-to-world", withHost("Private", [tcpFrom(22, world)]), ["Group fails"]],
    ["a group that is reached is told once", "group-open-to-world", withHost("Public", [tcpFrom(22, world)]), []],
    ["PostgreSQL from the world", "reachable-database-port", withHost("Public", [tcpFrom(5432, world)]), ["Host fails"]],
    ["Telnet from the world", "reachable-insecure-port", withHost("Public", [tcpFrom(23, world)]), ["Host fails"]],
    ["HTTPS from the world", "reachable-web-port", withHost("Public", [tcpFrom(443, world)]), ["Host fails"]],
    [
      "everything from the world has databases in it",
      "reachable-database-port",
      withHost("Public", [{ IpProtocol: "-1", CidrIp: world }]),
      ["Host fails"],
    ],
    [
      "SSH from the whole VPC",
      "administration-from-whole-network",
      withHost("Private", [tcpFrom(22, "10.0.0.0/16")]),
      ["Group fails"],
    ],
    ["SSH from one subnet", "administration-from-whole-network", withHost("Private", [tcpFrom(22, "10.0.0.0/24")]), []],
    [
      "a VPC of others' addresses",
      "vpc-in-public-address-space",
      { Vpc: ["EC2::VPC", { CidrBlock: "192.0.0.0/16" }] },
      ["Vpc fails"],
    ],
    ["a VPC of private addresses", "vpc-in-public-address-space", { Vpc: ["EC2::VPC", { CidrBlock: "172.31.0.0/16" }] }, []],
  ])("%s", (...row) => check(row));
});

describe("what containers publish", () => {
  const run = (port: string) => userData(`#!/bin/bash\ndocker run -d --restart always -p ${port}:80 nginx:1.27`);
  test.each<Case>([
    [
      "a port that no group opens",
      "published-port-closed",
      withHost("Public", [tcpFrom(80, world)], run("8080")),
      ["Host fails"],
    ],
    ["a port that is open", "published-port-closed", withHost("Public", [tcpFrom(80, world)], run("80")), []],
    [
      "an open port with nothing behind",
      "open-port-with-nothing-behind",
      withHost("Public", [tcpFrom(443, world)], run("80")),
      ["Host fails"],
    ],
    [
      "no port is idle",
      "open-port-with-nothing-behind",
      withHost("Public", [tcpFrom(80, world), tcpFrom(22, world)], run("80")),
      [],
    ],
    ["user data that nobody knows", "published-port-closed", withHost("Public", [], { UserData: anyone }), ["Host unknown"]],
  ])("%s", (...row) => check(row));
});

describe("databases", () => {
  test.each<Case>([
    ["a public one", "database-public", database({ PubliclyAccessible: true }), ["Db fails"]],
    ["a private one", "database-public", database({ PubliclyAccessible: false }), []],
    ["one of which nobody knows", "database-public", database({ PubliclyAccessible: anyone }), ["Db unknown"]],
    ["one that a call deletes", "deletion-protection-missing", database({}), ["Db fails"]],
    ["one that is protected", "deletion-protection-missing", database({ DeletionProtection: true }), []],
    [
      "one whose protection nobody knows",
      "deletion-protection-missing",
      database({ DeletionProtection: anyone }),
      ["Db unknown"],
    ],
    ["one in clear text", "database-unencrypted", database({}), ["Db fails"]],
    ["an encrypted one", "database-unencrypted", database({ StorageEncrypted: true }), []],
    [
      "a password in the text",
      "database-password-in-text",
      database({ ManageMasterUserPassword: false, MasterUserPassword: "hunter22" }),
      ["Db fails"],
    ],
    ["a password that RDS manages", "database-password-in-text", database({}), []],
    [
      "a password of a parameter",
      "database-password-in-text",
      database({ ManageMasterUserPassword: false, MasterUserPassword: anyone }),
      [],
    ],
  ])("%s", (...row) => check(row));
});

describe("buckets", () => {
  const open = { BlockPublicAcls: false, IgnorePublicAcls: false, BlockPublicPolicy: false, RestrictPublicBuckets: false };
  const bucket = (properties: object) => ({
    Bucket: ["S3::Bucket", properties] as const,
    Policy: [
      "S3::BucketPolicy",
      {
        Bucket: { Ref: "Bucket" },
        PolicyDocument: { Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }] },
      },
    ] as const,
  });
  test.each<Case>([
    ["the world may read", "bucket-public", bucket({ PublicAccessBlockConfiguration: open }), ["Bucket fails"]],
    ["its block does not let the policy stand", "bucket-public", bucket({}), []],
    [
      "its block is not known",
      "bucket-public",
      bucket({ PublicAccessBlockConfiguration: { ...open, RestrictPublicBuckets: anyone } }),
      ["Bucket unknown"],
    ],
    [
      "a web site is meant for the world",
      "bucket-public",
      bucket({ PublicAccessBlockConfiguration: open, WebsiteConfiguration: {} }),
      [],
    ],
    [
      "a web site with a dump in it is not",
      "public-bucket-holds-data",
      {
        ...withHost("Public", [], {
          UserData: { "Fn::Base64": { "Fn::Sub": "#!/bin/bash\naws s3 cp /tmp/a.sql s3://${Bucket}/a.sql" } },
        }),
        ...bucket({ PublicAccessBlockConfiguration: open, WebsiteConfiguration: {} }),
      },
      ["Bucket fails"],
    ],
    [
      "a web site that a host only reads is",
      "public-bucket-holds-data",
      {
        ...withHost("Public", [], {
          UserData: { "Fn::Base64": { "Fn::Sub": "#!/bin/bash\naws s3 cp s3://${Bucket}/a.zip /tmp/a.zip" } },
        }),
        ...bucket({ PublicAccessBlockConfiguration: open, WebsiteConfiguration: {} }),
      },
      [],
    ],
  ])("%s", (...row) => check(row));
});

describe("identities", () => {
  const ec2 = { Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }] };
  const role = (statement: object, trust: object = ec2) =>
    ({
      Role: [
        "IAM::Role",
        { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: "p", PolicyDocument: { Statement: [statement] } }] },
      ],
    }) as const;
  const user = (properties: object) => ({
    User: ["IAM::User", properties] as const,
    Key: ["IAM::AccessKey", { UserName: { Ref: "User" } }] as const,
  });
  const github = (condition: object) => ({
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com" },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: condition,
      },
    ],
  });
  const nothing = { Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" };
  const encrypted = (statements: readonly object[]) => ({
    Key: [
      "KMS::Key",
      {
        KeyPolicy: {
          Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::1:root" }, Action: "kms:*", Resource: "*" }],
        },
      },
    ] as const,
    Bucket: [
      "S3::Bucket",
      {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: { "Fn::GetAtt": ["Key", "Arn"] } } },
          ],
        },
      },
    ] as const,
    Role: [
      "IAM::Role",
      { AssumeRolePolicyDocument: ec2, Policies: [{ PolicyName: "p", PolicyDocument: { Statement: statements } }] },
    ] as const,
  });
  const reads = { Effect: "Allow", Action: "s3:Get*", Resource: { "Fn::Sub": "${Bucket.Arn}/*" } };
  test.each<Case>([
    ["everything on everything", "grant-of-everything", role({ Effect: "Allow", Action: "*", Resource: "*" }), ["Role fails"]],
    ["all of a service", "grant-of-everything", role({ Effect: "Allow", Action: "kms:*", Resource: "*" }), ["Role fails"]],
    [
      "all of a service on one thing",
      "grant-of-everything",
      role({ Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::b/*" }),
      [],
    ],
    ["all but something", "grant-of-everything", role({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }), ["Role fails"]],
    ["a denial of everything", "grant-of-everything", role({ Effect: "Deny", Action: "*", Resource: "*" }), []],
    [
      "an administrator",
      "full-access-policy",
      user({ ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }),
      ["User fails"],
    ],
    [
      "somebody who only reads",
      "full-access-policy",
      user({ ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }),
      [],
    ],
    ["a key", "long-lived-access-key", user({}), ["User fails"]],
    ["no key", "long-lived-access-key", { User: ["IAM::User"] }, []],
    ["a key without a second factor", "user-without-mfa", user({}), ["User fails"]],
    [
      "a second factor is demanded",
      "user-without-mfa",
      user({
        Policies: [
          {
            PolicyName: "p",
            PolicyDocument: {
              Statement: [
                {
                  Effect: "Deny",
                  Action: "*",
                  Resource: "*",
                  Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
                },
              ],
            },
          },
        ],
      }),
      [],
    ],
    ["its group is not known", "user-without-mfa", user({ Groups: [anyone] }), ["User unknown"]],
    [
      "any pipeline of GitHub's",
      "federated-trust-too-wide",
      role(nothing, github({ StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } })),
      ["Role fails"],
    ],
    [
      "any repository",
      "federated-trust-too-wide",
      role(nothing, github({ StringLike: { "token.actions.githubusercontent.com:sub": "repo:*" } })),
      ["Role fails"],
    ],
    [
      "one branch",
      "federated-trust-too-wide",
      role(nothing, github({ StringEquals: { "token.actions.githubusercontent.com:sub": "repo:a/b:ref:refs/heads/main" } })),
      [],
    ],
    ["reading without decrypting", "role-cannot-decrypt", encrypted([reads]), ["Role fails"]],
    [
      "reading and decrypting",
      "role-cannot-decrypt",
      encrypted([reads, { Effect: "Allow", Action: "kms:Decrypt", Resource: { "Fn::GetAtt": ["Key", "Arn"] } }]),
      [],
    ],
    [
      "decrypting with another key",
      "role-cannot-decrypt",
      encrypted([reads, { Effect: "Allow", Action: "kms:Decrypt", Resource: "arn:aws:kms:eu-west-3:1:key/other" }]),
      ["Role fails"],
    ],
  ])("%s", (...row) => check(row));
});

describe("hosts", () => {
  const of = (text: string, more: object = {}) => withHost("Private", [], { ...userData(text), ...more });
  const token = { MetadataOptions: { HttpTokens: "required" } };
  test.each<Case>([
    ["a metadata service without a token", "metadata-without-token", withHost("Private", []), ["Host fails"]],
    ["one with a token", "metadata-without-token", withHost("Private", [], token), []],
    [
      "one of which nobody knows",
      "metadata-without-token",
      withHost("Private", [], { MetadataOptions: { HttpTokens: anyone } }),
      ["Host unknown"],
    ],
    ["a password", "secret-in-user-data", of("#!/bin/bash\nexport DB_PASSWORD=hunter22"), ["Host fails"]],
    [
      "a password that is fetched",
      "secret-in-user-data",
      of("#!/bin/bash\nexport DB_PASSWORD=$(aws ssm get-parameter --name p)"),
      [],
    ],
    ["debug mode", "debug-mode", of("#!/bin/bash\nexport FLASK_DEBUG=1"), ["Host fails"]],
    ["no debug mode", "debug-mode", of("#!/bin/bash\nexport FLASK_DEBUG=0"), []],
    ["the master user", "application-is-master-user", of("#!/bin/bash\nexport DB_USERNAME=root"), ["Host fails"]],
    ["a user of its own", "application-is-master-user", of("#!/bin/bash\nexport DB_USERNAME=shop"), []],
    ["a branch of that day", "unpinned-software", of("#!/bin/bash\ngit clone https://example.com/a.git"), ["Host fails"]],
    ["a tag", "unpinned-software", of("#!/bin/bash\ngit clone --branch v1 https://example.com/a.git"), []],
  ])("%s", (...row) => check(row));
});
