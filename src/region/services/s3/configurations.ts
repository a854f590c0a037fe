import type {
  DeleteBucketTaggingCommandInput,
  GetBucketAclCommandInput,
  GetBucketAclCommandOutput,
  GetBucketTaggingCommandInput,
  GetBucketTaggingCommandOutput,
  GetBucketVersioningCommandInput,
  GetBucketVersioningCommandOutput,
  GetBucketWebsiteCommandInput,
  GetBucketWebsiteCommandOutput,
  PutBucketTaggingCommandInput,
  PutBucketVersioningCommandInput,
} from "@aws-sdk/client-s3";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, recorded, states, within, type MemberRule } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { changed, theBucket, type BucketRequest } from "./buckets.js";
import { s3Fault } from "./faults.js";
import { ownerOf } from "./lists.js";
import { policyNote } from "../iam/roles.js";
import { tagList, tagsFrom } from "./tags.js";

const ofBucket = {
  Bucket: enforced,
  ExpectedBucketOwner: enforced,
  ContentMD5: enforced,
  ChecksumAlgorithm: enforced,
} as const;

export const encryptionNote: MemberRule = recorded("objects are files of the region's state; they are not encrypted");
export const lifecycleNote: MemberRule = recorded("nothing expires or moves by itself here");
export const publicAccessNote: MemberRule = recorded("no request gets in unsigned here, whatever a bucket says");
export const ownershipNote: MemberRule = recorded("everything belongs to the one account there is; ACLs are not modelled");
export const bucketPolicyNote: MemberRule = recorded(policyNote);

/** A configuration of a bucket that is kept and given back, and has no effect here. */
interface Configuration {
  /** As its operations are called: `Put…`, `Get…`, `Delete…`. */
  readonly name: string;
  /** The member that is the configuration, of the input and of the output. */
  readonly member: string;
  readonly outputMember?: string;
  readonly rule: MemberRule;
  /** What is answered when there is none: AWS's code and words, or a configuration that is there from the start. */
  readonly absent: readonly [code: string, message: string] | object;
  readonly check?: (value: object) => void;
  readonly deletion?: string;
}

/** What every bucket has on AWS, too. */
const usualEncryption = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false }],
};

const configurations: readonly Configuration[] = [
  {
    name: "BucketEncryption",
    member: "ServerSideEncryptionConfiguration",
    rule: encryptionNote,
    absent: usualEncryption,
    check: (value) => {
      if (!JSON.stringify(value).includes('"aws:kms')) return;
      throw new ServiceFault(
        "NotImplemented",
        "Sandtable does not model encryption of objects with a key of KMS: who may not use the key could read them here. Use AES256, or leave it out of the local environment.",
      );
    },
  },
  {
    name: "PublicAccessBlock",
    member: "PublicAccessBlockConfiguration",
    rule: publicAccessNote,
    absent: ["NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"],
  },
  {
    name: "BucketOwnershipControls",
    member: "OwnershipControls",
    rule: ownershipNote,
    absent: ["OwnershipControlsNotFoundError", "The bucket ownership controls were not found"],
  },
  {
    name: "BucketLifecycleConfiguration",
    member: "LifecycleConfiguration",
    rule: lifecycleNote,
    absent: ["NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"],
    deletion: "DeleteBucketLifecycle",
  },
];

/** Kept as JSON: what the wire decodes may hold dates. */
const asKept = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

type Kept = BucketRequest & { readonly [member: string]: unknown };

const recordedOperations = configurations.flatMap((configuration): Operation[] => {
  const { name, member, rule, absent, check } = configuration;
  const isLifecycle = member === "LifecycleConfiguration";
  return [
    operation<Kept, object>("s3", `Put${name}`, { ...ofBucket, [member]: rule }, (call, input) => {
      const bucket = theBucket(call, input);
      const value = input[member] as object | undefined;
      if (value === undefined) throw s3Fault("MalformedXML");
      check?.(value);
      call.commit(changed(bucket, { configurations: { ...bucket.configurations, [member]: asKept(value) } }));
      return {};
    }),
    operation<Kept, object>("s3", `Get${name}`, ofBucket, (call, input) => {
      const bucket = theBucket(call, input);
      const kept = bucket.configurations[member] ?? absent;
      if (Array.isArray(kept)) throw new ServiceFault(String(kept[0]), String(kept[1]), 404, { BucketName: bucket.name });
      // The dates of lifecycle rules are dates again for whoever writes the answer.
      return isLifecycle ? withDates(kept) : { [member]: kept };
    }),
    operation<Kept, object>("s3", configuration.deletion ?? `Delete${name}`, ofBucket, (call, input) => {
      const bucket = theBucket(call, input);
      const { [member]: _gone, ...others } = bucket.configurations;
      call.commit(changed(bucket, { configurations: others }));
      return {};
    }),
  ];
});

const withDates = (kept: object): object =>
  JSON.parse(JSON.stringify(kept), (key, value: unknown) => (key === "Date" ? new Date(String(value)) : value)) as object;

/** The policy is a document of its own and not of S3's schema. */
export const PolicyName = "Policy";

const policyOperations: readonly Operation[] = [
  operation<Kept, object>(
    "s3",
    "PutBucketPolicy",
    { ...ofBucket, Policy: bucketPolicyNote, ConfirmRemoveSelfBucketAccess: states(false) },
    (call, input) => {
      const bucket = theBucket(call, input);
      const text = String(input["Policy"] ?? "");
      checkPolicy(text);
      call.commit(changed(bucket, { configurations: { ...bucket.configurations, [PolicyName]: { text } } }));
      return {};
    },
  ),
  operation<Kept, object>("s3", "GetBucketPolicy", ofBucket, (call, input) => {
    const bucket = theBucket(call, input);
    const kept = bucket.configurations[PolicyName] as { readonly text: string } | undefined;
    if (kept === undefined)
      throw new ServiceFault("NoSuchBucketPolicy", "The bucket policy does not exist", 404, { BucketName: bucket.name });
    return { Policy: kept.text };
  }),
  operation<Kept, object>("s3", "DeleteBucketPolicy", ofBucket, (call, input) => {
    const bucket = theBucket(call, input);
    const { [PolicyName]: _gone, ...others } = bucket.configurations;
    call.commit(changed(bucket, { configurations: others }));
    return {};
  }),
];

/** @throws ServiceFault MalformedPolicy */
export function checkPolicy(text: string): void {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // said below
  }
  if (typeof document !== "object" || document === null || !("Statement" in document))
    throw new ServiceFault("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'", 400);
}

export const configurationOperations: readonly Operation[] = [
  ...recordedOperations,
  ...policyOperations,
  // Nothing can grant more here, so this is what every bucket has: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html
  operation<GetBucketAclCommandInput, GetBucketAclCommandOutput>(
    "s3",
    "GetBucketAcl",
    { Bucket: enforced, ExpectedBucketOwner: enforced },
    (call, input) => {
      theBucket(call, input);
      const Owner = ownerOf(call);
      return { Owner, Grants: [{ Grantee: { ...Owner, Type: "CanonicalUser" }, Permission: "FULL_CONTROL" }] };
    },
  ),
  operation<GetBucketWebsiteCommandInput, GetBucketWebsiteCommandOutput>(
    "s3",
    "GetBucketWebsite",
    { Bucket: enforced, ExpectedBucketOwner: enforced },
    (call, input) => {
      const { name: BucketName } = theBucket(call, input);
      throw new ServiceFault("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", 404, {
        BucketName,
      });
    },
  ),
  operation<PutBucketVersioningCommandInput, object>(
    "s3",
    "PutBucketVersioning",
    { ...ofBucket, VersioningConfiguration: within({ Status: enforced, MFADelete: states("Disabled") }) },
    (call, input) => {
      const bucket = theBucket(call, input);
      const status = input.VersioningConfiguration?.Status;
      if (status !== "Enabled" && status !== "Suspended")
        throw new ServiceFault("IllegalVersioningConfigurationException", "The Versioning element must be specified");
      call.commit(changed(bucket, { versioning: status }));
      return {};
    },
  ),
  operation<GetBucketVersioningCommandInput, GetBucketVersioningCommandOutput>(
    "s3",
    "GetBucketVersioning",
    ofBucket,
    (call, input) => ({ Status: theBucket(call, input).versioning }),
  ),
  operation<PutBucketTaggingCommandInput, object>(
    "s3",
    "PutBucketTagging",
    { ...ofBucket, Tagging: within({ TagSet: within({ Key: enforced, Value: enforced }) }) },
    (call, input) => {
      call.commit(changed(theBucket(call, input), { tags: tagsFrom(input.Tagging?.TagSet) }));
      return {};
    },
  ),
  operation<GetBucketTaggingCommandInput, GetBucketTaggingCommandOutput>("s3", "GetBucketTagging", ofBucket, (call, input) => {
    const { name, tags } = theBucket(call, input);
    if (Object.keys(tags).length === 0) throw s3Fault("NoSuchTagSet", { detail: { BucketName: name } });
    return { TagSet: tagList(tags) };
  }),
  operation<DeleteBucketTaggingCommandInput, object>("s3", "DeleteBucketTagging", ofBucket, (call, input) => {
    call.commit(changed(theBucket(call, input), { tags: {} }));
    return {};
  }),
];
