import {
  type Bucket,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetPublicAccessBlockCommand,
  type Grant,
  paginateListBuckets,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { Described, Said } from "../described.js";
import { isUnknown, type Unknown } from "../maybe.js";
import type { Names } from "./names.js";
import { eachOf, type Reading } from "./reading.js";
import { told } from "../told.js";
import { documentOf, type ReadRoom, tagsOf } from "./room.js";

const bucketType = "AWS::S3::Bucket";

/** Buckets of the client's region, with what is set on each. */
export const readBuckets: ReadRoom = async (clients, reading) => {
  const client = await clients.s3();
  const region = await client.config.region();
  const listed = await reading.all("s3:ListBuckets", [bucketType], paginateListBuckets({ client }, {}), (page) => page.Buckets);
  const placed = await eachOf(listed, (bucket) => isHere(client, reading, bucket, region));
  const buckets = listed.filter((_, index) => placed[index] === true);
  const settings = await eachOf(buckets, ({ Name = "" }) => settingsOf(client, reading, Name));
  return {
    register: (names) => {
      for (const { Name = "" } of buckets) names.register({ type: bucketType, physicalId: Name, also: [`arn:aws:s3:::${Name}`] });
    },
    describe: (names) => buckets.flatMap(({ Name = "" }, index) => describeBucket(Name, settings[index], names)),
  };
};

/** Newer answers say it in the listing. A bucket that will not tell where it is counts as here. */
async function isHere(client: S3Client, reading: Reading, bucket: Bucket, region: string): Promise<boolean> {
  if (bucket.BucketRegion !== undefined) return bucket.BucketRegion === region;
  const answer = await reading.one("s3:GetBucketLocation", client.send(new GetBucketLocationCommand({ Bucket: bucket.Name })));
  if (answer === undefined || isUnknown(answer)) return true;
  const { LocationConstraint: where } = answer;
  // The two oldest regions have other names here.
  return (where === undefined ? "us-east-1" : where === "EU" ? "eu-west-1" : where) === region;
}

interface Settings {
  readonly properties: Readonly<Record<string, Said | undefined>>;
  readonly policy: Said | undefined;
}

async function settingsOf(client: S3Client, reading: Reading, Bucket: string): Promise<Settings> {
  const input = { Bucket };
  const [acl, block, encryption, versioning, website, lifecycle, policy, tags] = await Promise.all([
    reading.one("s3:GetBucketAcl", client.send(new GetBucketAclCommand(input))),
    reading.one("s3:GetPublicAccessBlock", client.send(new GetPublicAccessBlockCommand(input)), [
      "NoSuchPublicAccessBlockConfiguration",
    ]),
    reading.one("s3:GetBucketEncryption", client.send(new GetBucketEncryptionCommand(input)), [
      "ServerSideEncryptionConfigurationNotFoundError",
    ]),
    reading.one("s3:GetBucketVersioning", client.send(new GetBucketVersioningCommand(input))),
    reading.one("s3:GetBucketWebsite", client.send(new GetBucketWebsiteCommand(input)), ["NoSuchWebsiteConfiguration"]),
    reading.one("s3:GetBucketLifecycleConfiguration", client.send(new GetBucketLifecycleConfigurationCommand(input)), [
      "NoSuchLifecycleConfiguration",
    ]),
    reading.one("s3:GetBucketPolicy", client.send(new GetBucketPolicyCommand(input)), ["NoSuchBucketPolicy"]),
    reading.one("s3:GetBucketTagging", client.send(new GetBucketTaggingCommand(input)), ["NoSuchTagSet"]),
  ]);
  return {
    properties: {
      AccessControl: as(acl, ({ Grants }) => cannedAcl(Grants)),
      PublicAccessBlockConfiguration:
        block === undefined ? openBlock : as(block, ({ PublicAccessBlockConfiguration: set }) => told({ ...openBlock, ...set })),
      BucketEncryption: as(encryption, ({ ServerSideEncryptionConfiguration: set }) => ({
        ServerSideEncryptionConfiguration: (set?.Rules ?? []).map(
          ({ ApplyServerSideEncryptionByDefault: by, BucketKeyEnabled }) =>
            told({
              ServerSideEncryptionByDefault: told({ SSEAlgorithm: by?.SSEAlgorithm, KMSMasterKeyID: by?.KMSMasterKeyID }),
              BucketKeyEnabled,
            }),
        ),
      })),
      VersioningConfiguration: as(versioning, ({ Status }) => (Status === undefined ? undefined : { Status })),
      WebsiteConfiguration: as(website, ({ IndexDocument, ErrorDocument, RedirectAllRequestsTo }) =>
        told({
          IndexDocument: IndexDocument?.Suffix,
          ErrorDocument: ErrorDocument?.Key,
          RedirectAllRequestsTo: RedirectAllRequestsTo === undefined ? undefined : told({ ...RedirectAllRequestsTo }),
        }),
      ),
      LifecycleConfiguration: as(lifecycle, ({ Rules }) => ({
        Rules: (Rules ?? []).map(({ ID, Status }) => told({ Id: ID, Status })),
      })),
      Tags: as(tags, ({ TagSet }) => tagsOf(TagSet)),
    },
    policy: as(policy, ({ Policy }) => documentOf(Policy)),
  };
}

/** A bucket whose block was taken away blocks nothing; one that was never touched has all four on, and says so. */
const openBlock = {
  BlockPublicAcls: false,
  IgnorePublicAcls: false,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};

const as = <T extends object>(answer: T | Unknown | undefined, give: (answer: T) => Said | undefined): Said | undefined =>
  answer === undefined || isUnknown(answer) ? answer : give(answer);

const groups = "http://acs.amazonaws.com/groups";

/**
 * AWS keeps the grants that a canned ACL stands for; this is the way back, to the widest that they amount to.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
 */
function cannedAcl(grants: readonly Grant[] | undefined): string {
  const has = (uri: string, ...permissions: readonly string[]): boolean =>
    (grants ?? []).some(
      ({ Grantee, Permission = "" }) => Grantee?.URI === `${groups}/${uri}` && permissions.includes(Permission),
    );
  if (has("global/AllUsers", "WRITE", "FULL_CONTROL", "WRITE_ACP")) return "PublicReadWrite";
  if (has("global/AllUsers", "READ", "READ_ACP")) return "PublicRead";
  if (has("global/AuthenticatedUsers", "READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL")) return "AuthenticatedRead";
  return has("s3/LogDelivery", "WRITE") ? "LogDeliveryWrite" : "Private";
}

function describeBucket(name: string, settings: Settings | undefined, names: Names): readonly Described[] {
  const Bucket = names.ref(bucketType, name);
  const id = names.idOf(bucketType, name);
  return [
    { id, type: bucketType, physicalId: name, properties: told({ BucketName: name, ...settings?.properties }) },
    ...(settings?.policy === undefined
      ? []
      : [{ id: `${id}/Policy`, type: "AWS::S3::BucketPolicy", properties: { Bucket, PolicyDocument: settings.policy } }]),
  ];
}
