import type { Call } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { enforced, states, within } from "../../../operations/members.js";
import { bucketArn, changed, createBucket, deleteBucket, theBucket } from "../../../services/s3/buckets.js";
import { Buckets, type Bucket } from "../../../services/s3/records.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { optionalText, structure, tagRules, tagsOf, unlessGone } from "../properties.js";
import { configurationRules, configurationsOf } from "./configurations.js";

const named = (call: Call, name: string): Bucket => theBucket(call, { Bucket: name });

/** What was never asked for is not there; what is no longer asked for is suspended. */
function versioningOf(properties: Properties, before?: Bucket): Pick<Bucket, "versioning"> {
  const status = optionalText(structure(properties, "VersioningConfiguration") ?? {}, "Status");
  if (status !== undefined && status !== "Enabled" && status !== "Suspended")
    throw new ServiceFault("ValidationError", `Status of VersioningConfiguration must be Enabled or Suspended, not ${status}`);
  if (status === undefined) return before?.versioning === undefined ? {} : { versioning: "Suspended" };
  return { versioning: status };
}

export const bucket: ResourceProvider = {
  type: "AWS::S3::Bucket",
  record: Buckets,
  properties: {
    BucketName: enforced,
    VersioningConfiguration: within({ Status: enforced }),
    AccessControl: states("Private"),
    ObjectLockEnabled: states(false),
    Tags: tagRules,
    ...configurationRules,
  },
  attributes: {
    Arn: (_call, name) => bucketArn(name),
    DomainName: (_call, name) => `${name}.s3.amazonaws.com`,
    RegionalDomainName: (call, name) => `${name}.s3.${call.regionName}.amazonaws.com`,
    DualStackDomainName: (call, name) => `${name}.s3.dualstack.${call.regionName}.amazonaws.com`,
  },
  create: async (call, properties, naming) =>
    createBucket(call, {
      name: optionalText(properties, "BucketName") ?? naming.physicalName(63).toLowerCase(),
      tags: tagsOf(properties, naming),
      configurations: configurationsOf(properties),
      ...versioningOf(properties),
    }).name,
  update: async (call, name, { from, to }, naming) => {
    const before = named(call, name);
    // A policy is another resource's.
    const { Policy: policy, PublicAccessBlockConfiguration: block } = before.configurations;
    const [was, wanted] = [configurationsOf(from), configurationsOf(to)];
    // What a template has never said stays as it was from the start.
    const isOwn = !("PublicAccessBlockConfiguration" in was) && !("PublicAccessBlockConfiguration" in wanted);
    const configurations = {
      ...wanted,
      ...(policy === undefined ? {} : { Policy: policy }),
      ...(isOwn && block !== undefined ? { PublicAccessBlockConfiguration: block } : {}),
    };
    call.commit(changed(before, { tags: tagsOf(to, naming), configurations, ...versioningOf(to, before) }));
  },
  delete: (call, name) => unlessGone(["NoSuchBucket"], () => deleteBucket(call, named(call, name))),
};
