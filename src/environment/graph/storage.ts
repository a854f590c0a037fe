import type { EnvironmentBuilder } from "../builder.js";
import type { Said } from "../described.js";
import type { PolicyDocument } from "../identity.js";
import { isKnown, Unknown, type Maybe } from "../maybe.js";
import type { Catalogue } from "./catalogue.js";
import { draftsOf, unlessAbsent, type Draft } from "./node.js";
import { policyOf } from "./policies.js";
import { keyOf } from "./keys.js";
import type { Reading } from "./reading.js";
import { bucketType } from "./types.js";

const secretType = "AWS::SecretsManager::Secret";

export function drawStorage(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  for (const draft of draftsOf(catalogue, bucketType)) drawBucket(catalogue, builder, draft);
  const aliases = draftsOf(catalogue, "AWS::KMS::Alias");
  for (const { node, read } of draftsOf(catalogue, "AWS::KMS::Key"))
    builder.add("keys", {
      ...node,
      policy: policyOf(read.at("KeyPolicy")),
      rotation: read.at("EnableKeyRotation").flag(false),
      aliases: aliases
        .filter((alias) => alias.read.at("TargetKeyId").node("AWS::KMS::Key") === node.id)
        .map((alias) => alias.read.at("AliasName").text())
        .filter((name) => typeof name === "string"),
    });
  for (const { node, read, resource } of draftsOf(catalogue, secretType)) {
    const schedules = draftsOf(catalogue, "AWS::SecretsManager::RotationSchedule").filter(
      (schedule) => schedule.read.at("SecretId").node(secretType) === node.id,
    );
    const text = read.at("SecretString");
    builder.add("secrets", {
      ...node,
      literal: typeof text.value === "string" && !text.value.includes("{{resolve:"),
      generated: read.at("GenerateSecretString").given,
      rotation: rotates(schedules, resource.attributes?.["RotationEnabled"]),
    });
  }
}

/** By a schedule of its own; an account tells it of the secret. */
function rotates(schedules: readonly Draft[], told: Said | undefined): Maybe<boolean> {
  if (typeof told === "boolean") return told;
  return schedules.some(({ node }) => node.presence === undefined) || (schedules[0]?.node.presence ?? false);
}

function drawBucket(catalogue: Catalogue, builder: EnvironmentBuilder, { node, read, resource }: Draft): void {
  const block = read.at("PublicAccessBlockConfiguration");
  // A bucket that is made without a word of it has all four; one that states some has false for the others.
  const stated = (name: string): Maybe<boolean> => block.at(name).flag(!block.given);
  const rule = read.at("BucketEncryption", "ServerSideEncryptionConfiguration").list()[0]?.at("ServerSideEncryptionByDefault");
  builder.add("buckets", {
    ...node,
    bucketName: read.at("BucketName").text() ?? new Unknown("CloudFormation makes up its name"),
    acl: kebab(read.at("AccessControl").text("Private")),
    publicAccessBlock: {
      blockPublicAcls: stated("BlockPublicAcls"),
      ignorePublicAcls: stated("IgnorePublicAcls"),
      blockPublicPolicy: stated("BlockPublicPolicy"),
      restrictPublicBuckets: stated("RestrictPublicBuckets"),
    },
    policy: bucketPolicy(catalogue, node.id),
    // All new objects are encrypted since January 2023.
    encryption: rule?.at("SSEAlgorithm").text() ?? "AES256",
    kmsKey: rule === undefined ? undefined : keyOf(rule.at("KMSMasterKeyID")),
    versioning: isOn(read.at("VersioningConfiguration", "Status"), "Enabled"),
    website: read.at("WebsiteConfiguration").unknown ?? read.at("WebsiteConfiguration").given,
    lifecycle: read.at("LifecycleConfiguration").unknown ?? read.at("LifecycleConfiguration").given,
    deletionPolicy: resource.deletionPolicy ?? new Unknown("only a template says what becomes of it when its stack is deleted"),
  });
}

function isOn(read: Reading, word: string): Maybe<boolean> {
  const status = read.text("");
  return status instanceof Unknown ? status : status === word;
}

/** CloudFormation writes `PublicRead`, S3 `public-read`. */
const kebab = (acl: Maybe<string>): Maybe<string> =>
  acl instanceof Unknown ? acl : acl.replace(/(?!^)([A-Z])/g, "-$1").toLowerCase();

/** A bucket has one policy; of several that name it, all count, as nobody could say which stays. */
function bucketPolicy(catalogue: Catalogue, id: string): Maybe<PolicyDocument> | undefined {
  const policies = draftsOf(catalogue, "AWS::S3::BucketPolicy")
    .filter(({ read }) => read.at("Bucket").node(bucketType) === id)
    .map(({ read, resource }) =>
      unlessAbsent(resource, policyOf(read.at("PolicyDocument")) ?? new Unknown("it has no document")),
    );
  if (policies.length < 2) return policies[0];
  const unknown = policies.find((policy) => policy instanceof Unknown);
  return unknown ?? { statements: policies.filter(isKnown).flatMap(({ statements }) => statements) };
}
