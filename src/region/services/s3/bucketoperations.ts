import type {
  CreateBucketCommandInput,
  CreateBucketCommandOutput,
  DeleteBucketCommandInput,
  DeleteBucketCommandOutput,
  GetBucketLocationCommandInput,
  GetBucketLocationCommandOutput,
  HeadBucketCommandInput,
  HeadBucketCommandOutput,
  ListBucketsCommandInput,
  ListBucketsCommandOutput,
} from "@aws-sdk/client-s3";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { paginate } from "../../protocol/paginate.js";
import { bucketArn, createBucket, deleteBucket, theBucket } from "./buckets.js";
import { ownershipNote } from "./configurations.js";
import { s3Fault } from "./faults.js";
import { ownerOf } from "./lists.js";
import { Buckets } from "./records.js";
import { tagsFrom } from "./tags.js";

export const bucketOperations: readonly Operation[] = [
  operation<CreateBucketCommandInput, CreateBucketCommandOutput>(
    "s3",
    "CreateBucket",
    {
      Bucket: enforced,
      ACL: states("private"),
      CreateBucketConfiguration: within({ LocationConstraint: enforced, Tags: within({ Key: enforced, Value: enforced }) }),
      ObjectLockEnabledForBucket: states(false),
      ObjectOwnership: ownershipNote,
      BucketNamespace: states("global"),
    },
    (call, input) => {
      const { Bucket: name = "", CreateBucketConfiguration: wanted, ObjectOwnership: ownership } = input;
      checkLocation(call, wanted?.LocationConstraint);
      createBucket(call, {
        name,
        tags: tagsFrom(wanted?.Tags),
        configurations: ownership === undefined ? {} : { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } },
      });
      return { Location: `/${name}`, BucketArn: bucketArn(name) };
    },
  ),
  operation<HeadBucketCommandInput, HeadBucketCommandOutput>(
    "s3",
    "HeadBucket",
    { Bucket: enforced, ExpectedBucketOwner: enforced },
    (call, input) => {
      const { name, regionName } = theBucket(call, input);
      return { BucketRegion: regionName, BucketArn: bucketArn(name), AccessPointAlias: false };
    },
  ),
  operation<GetBucketLocationCommandInput, GetBucketLocationCommandOutput>(
    "s3",
    "GetBucketLocation",
    { Bucket: enforced, ExpectedBucketOwner: enforced },
    (call, input) => {
      // Asked in any region: it is how clients find the right one.
      const regionName = call.records.get(Buckets, input.Bucket ?? "")?.regionName ?? call.regionName;
      theBucket({ ...call, regionName }, input);
      return regionName === "us-east-1"
        ? {}
        : { LocationConstraint: regionName as GetBucketLocationCommandOutput["LocationConstraint"] };
    },
  ),
  operation<ListBucketsCommandInput, ListBucketsCommandOutput>(
    "s3",
    "ListBuckets",
    { MaxBuckets: enforced, ContinuationToken: enforced, Prefix: enforced, BucketRegion: enforced },
    (call, input) => {
      const { Prefix: prefix = "", BucketRegion: region, MaxBuckets: most, ContinuationToken: token } = input;
      if (most !== undefined && (most < 1 || most > 10_000))
        throw s3Fault("InvalidArgument", { message: "max-buckets must be between 1 and 10000." });
      const all = call.records
        .list(Buckets)
        .filter(({ name, regionName }) => name.startsWith(prefix) && (region === undefined || regionName === region));
      const { items, NextToken } = paginate(
        all,
        ({ name }) => name,
        { MaxResults: most, NextToken: token },
        { invalid: "InvalidArgument" },
      );
      return {
        Buckets: items.map(({ name, createdAt, regionName }) => ({
          Name: name,
          CreationDate: new Date(createdAt),
          BucketArn: bucketArn(name),
          // As on AWS only where the list is asked for in pages or in part.
          ...(most === undefined && region === undefined && input.Prefix === undefined ? {} : { BucketRegion: regionName }),
        })),
        Owner: ownerOf(call),
        ContinuationToken: NextToken,
        Prefix: input.Prefix,
      };
    },
  ),
  operation<DeleteBucketCommandInput, DeleteBucketCommandOutput>(
    "s3",
    "DeleteBucket",
    { Bucket: enforced, ExpectedBucketOwner: enforced },
    async (call, input) => {
      await deleteBucket(call, theBucket(call, input));
      return {};
    },
  ),
];

/** A bucket is made in the region that is asked; saying so is needed everywhere but in us-east-1, where it is wrong. */
function checkLocation(call: Call, said: string | undefined): void {
  const { regionName } = call;
  if ((said ?? "us-east-1") === regionName && said !== "us-east-1") return;
  if (said === "us-east-1" && regionName === "us-east-1")
    throw new ServiceFault("InvalidLocationConstraint", "The specified location-constraint is not valid", 400, {
      LocationConstraint: said,
    });
  throw new ServiceFault(
    "IllegalLocationConstraintException",
    said === undefined
      ? "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."
      : `The ${said} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}
