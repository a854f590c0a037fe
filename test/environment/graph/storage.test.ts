import { describe, expect, test } from "vitest";
import { graphOfResources, nodeIn } from "../../support/graphs.js";

describe("storage", () => {
  test("a bucket is private, blocked and encrypted unless it says otherwise", () => {
    const graph = graphOfResources("B: {Type: AWS::S3::Bucket}");
    const all = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };
    expect(nodeIn(graph.buckets, "B")).toMatchObject({
      acl: "private",
      publicAccessBlock: all,
      encryption: "AES256",
      versioning: false,
      website: false,
      lifecycle: false,
      policy: undefined,
      deletionPolicy: "Delete",
    });
  });

  test("all that it states", () => {
    const graph = graphOfResources(`
Key: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: true, KeyPolicy: {Statement: {Effect: Allow, Principal: {AWS: "*"}, Action: "kms:*", Resource: "*"}}}}
Alias: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/data, TargetKeyId: !Ref Key}}
B:
  Type: AWS::S3::Bucket
  DeletionPolicy: Retain
  Properties:
    BucketName: data
    AccessControl: PublicRead
    PublicAccessBlockConfiguration: {BlockPublicAcls: true}
    BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms", KMSMasterKeyID: !Ref Alias}}]}
    VersioningConfiguration: {Status: Enabled}
    WebsiteConfiguration: {IndexDocument: index.html}
OfB: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref B, PolicyDocument: {Statement: [{Sid: All, Effect: Allow, Principal: "*", Action: ["s3:GetObject"], Resource: !Sub "\${B.Arn}/*", Condition: {StringEquals: {"aws:SourceVpc": vpc-1}}}]}}}`);
    expect(nodeIn(graph.buckets, "B")).toMatchObject({
      bucketName: "data",
      acl: "public-read",
      publicAccessBlock: { blockPublicAcls: true, blockPublicPolicy: false },
      encryption: "aws:kms",
      kmsKey: "Key",
      versioning: true,
      website: true,
      deletionPolicy: "Retain",
      policy: {
        statements: [
          {
            sid: "All",
            effect: "Allow",
            principals: "*",
            actions: ["s3:GetObject"],
            resources: ["${B.Arn}/*"],
            conditions: { StringEquals: { "aws:SourceVpc": ["vpc-1"] } },
          },
        ],
      },
    });
    expect(nodeIn(graph.keys, "Key")).toMatchObject({
      rotation: true,
      aliases: ["alias/data"],
      policy: { statements: [{ principals: { AWS: ["*"] }, actions: ["kms:*"] }] },
    });
  });

  test.each<[string, object]>([
    ["SecretString: hunter22", { literal: true, generated: false, rotation: false }],
    ["GenerateSecretString: {}", { literal: false, generated: true }],
  ])("a secret with %s", (properties, expected) => {
    expect(
      nodeIn(graphOfResources(`S: {Type: AWS::SecretsManager::Secret, Properties: {${properties}}}`).secrets, "S"),
    ).toMatchObject(expected);
  });
});
