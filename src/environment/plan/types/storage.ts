import type { Said } from "../../described.js";
import { told } from "../../told.js";
import type { Block } from "../block.js";
import { documentOf, itself, nothing, physicalIdOf, settingsOf, tagsOf, translated, type Mappers } from "../part.js";

const keyTypes = ["aws_kms_key", "aws_kms_alias"] as const;

/** Buckets with their settings, keys and secrets. */
export const storageMappers: Mappers = {
  aws_s3_bucket: (block) => [
    {
      type: "AWS::S3::Bucket",
      ...physicalIdOf(block),
      // S3 deletes no bucket that holds something; `force_destroy` empties it first, which CloudFormation never does.
      deletionPolicy: "Delete",
      properties: bucketProperties(block),
    },
    ...setting(block, "aws_s3_bucket_policy").map((each, index) => ({
      suffix: `policy${index}`,
      type: "AWS::S3::BucketPolicy",
      properties: told({ Bucket: itself(block), PolicyDocument: documentOf(each, "policy") }),
    })),
  ],
  aws_s3_bucket_acl: nothing,
  aws_s3_bucket_policy: nothing,
  aws_s3_bucket_public_access_block: nothing,
  aws_s3_bucket_versioning: nothing,
  aws_s3_bucket_server_side_encryption_configuration: nothing,
  aws_s3_bucket_website_configuration: nothing,
  aws_s3_bucket_lifecycle_configuration: nothing,
  aws_s3_bucket_ownership_controls: nothing,
  aws_s3_bucket_logging: nothing,
  aws_s3_bucket_notification: nothing,
  aws_s3_bucket_cors_configuration: nothing,
  aws_s3_object: nothing,
  aws_kms_key: (block) => [
    {
      type: "AWS::KMS::Key",
      ...physicalIdOf(block, "key_id"),
      properties: told({
        Description: block.isUnknown("description") ? undefined : block.at("description"),
        KeyPolicy: block.isUnknown("policy") ? documentOf(policyOf(block), "policy") : documentOf(block, "policy"),
        EnableKeyRotation: block.at("enable_key_rotation"),
        Tags: tagsOf(block),
      }),
    },
  ],
  aws_kms_key_policy: nothing,
  aws_kms_alias: (block) => [
    {
      type: "AWS::KMS::Alias",
      ...physicalIdOf(block),
      properties: told({ AliasName: block.at("name"), TargetKeyId: block.ref("target_key_id", "aws_kms_key") }),
    },
  ],
  aws_secretsmanager_secret: (block) => [
    {
      type: "AWS::SecretsManager::Secret",
      ...physicalIdOf(block, "arn"),
      properties: told({
        Name: block.at("name"),
        KmsKeyId: block.ref("kms_key_id", ...keyTypes),
        SecretString: settingsOf(block, "aws_secretsmanager_secret_version", "secret_id").map(literalOf)[0],
        Tags: tagsOf(block),
      }),
    },
    ...settingsOf(block, "aws_secretsmanager_secret_rotation", "secret_id").map((each, index) => ({
      suffix: `rotation${index}`,
      type: "AWS::SecretsManager::RotationSchedule",
      properties: told({ SecretId: itself(block), RotationLambdaARN: each.at("rotation_lambda_arn") }),
    })),
  ],
  aws_secretsmanager_secret_version: nothing,
  aws_secretsmanager_secret_rotation: nothing,
  aws_secretsmanager_secret_policy: nothing,
};

const policyOf = (key: Block): Block => settingsOf(key, "aws_kms_key_policy", "key_id", "key_id")[0] ?? key;

const setting = (block: Block, type: string): readonly Block[] => settingsOf(block, type, "bucket", "bucket");

/** Terraform has a resource for each of these; all of a bucket's are one thing on AWS. */
function bucketProperties(block: Block): Readonly<Record<string, Said>> {
  const one = (type: string): Block | undefined => setting(block, type)[0];
  const access = one("aws_s3_bucket_public_access_block");
  const versioning = one("aws_s3_bucket_versioning")?.block("versioning_configuration");
  const encryption = one("aws_s3_bucket_server_side_encryption_configuration");
  const website = one("aws_s3_bucket_website_configuration");
  const lifecycle = one("aws_s3_bucket_lifecycle_configuration");
  return told({
    BucketName: block.at("bucket"),
    AccessControl: translated(one("aws_s3_bucket_acl")?.at("acl") ?? inlineAcl(block), cannedAcls),
    PublicAccessBlockConfiguration:
      access === undefined
        ? undefined
        : told({
            BlockPublicAcls: access.at("block_public_acls") ?? false,
            IgnorePublicAcls: access.at("ignore_public_acls") ?? false,
            BlockPublicPolicy: access.at("block_public_policy") ?? false,
            RestrictPublicBuckets: access.at("restrict_public_buckets") ?? false,
          }),
    VersioningConfiguration: versioning === undefined ? undefined : told({ Status: versioning.at("status") }),
    BucketEncryption:
      encryption === undefined
        ? undefined
        : { ServerSideEncryptionConfiguration: encryption.blocks("rule").flatMap(encryptionRule) },
    WebsiteConfiguration:
      website === undefined
        ? undefined
        : told({
            IndexDocument: website.block("index_document")?.at("suffix"),
            ErrorDocument: website.block("error_document")?.at("key"),
          }),
    LifecycleConfiguration:
      lifecycle === undefined
        ? undefined
        : { Rules: lifecycle.blocks("rule").map((rule) => told({ Id: rule.at("id"), Status: rule.at("status") })) },
    Tags: tagsOf(block),
  });
}

const inlineAcl = (block: Block): Said | undefined => (block.isUnknown("acl") ? undefined : block.at("acl"));

const cannedAcls: Readonly<Record<string, string>> = {
  private: "Private",
  "public-read": "PublicRead",
  "public-read-write": "PublicReadWrite",
  "authenticated-read": "AuthenticatedRead",
  "log-delivery-write": "LogDeliveryWrite",
  "aws-exec-read": "AwsExecRead",
  "bucket-owner-read": "BucketOwnerRead",
  "bucket-owner-full-control": "BucketOwnerFullControl",
};

const encryptionRule = (rule: Block): readonly Said[] =>
  rule.blocks("apply_server_side_encryption_by_default").map((by) => ({
    ServerSideEncryptionByDefault: told({
      SSEAlgorithm: by.at("sse_algorithm"),
      KMSMasterKeyID: by.ref("kms_master_key_id", ...keyTypes),
    }),
  }));

/** Only what is written in the configuration stands there; a variable's value, or one that is made up, does not. */
function literalOf(version: Block): Said | undefined {
  const value = version.at("secret_string");
  return typeof value === "string" && version.origin("secret_string").constant ? value : undefined;
}
