import type { Call } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { enforced } from "../../../operations/members.js";
import { changed, theBucket } from "../../../services/s3/buckets.js";
import { bucketPolicyNote, checkPolicy } from "../../../services/s3/configurations.js";
import { Buckets } from "../../../services/s3/records.js";
import type { ResourceProvider } from "../../provider.js";
import { text, unlessGone } from "../properties.js";

/** The policy of a bucket, or none; it is kept with the bucket. */
function setPolicy(call: Call, name: string, document: unknown): void {
  const bucket = theBucket(call, { Bucket: name });
  const { Policy: _before, ...others } = bucket.configurations;
  if (document === undefined) return call.commit(changed(bucket, { configurations: others }));
  const policy = typeof document === "string" ? document : JSON.stringify(document);
  checkPolicy(policy);
  call.commit(changed(bucket, { configurations: { ...others, Policy: { text: policy } } }));
}

export const bucketPolicy: ResourceProvider = {
  type: "AWS::S3::BucketPolicy",
  record: Buckets,
  properties: { Bucket: enforced, PolicyDocument: bucketPolicyNote },
  attributes: {},
  create: async (call, properties) => {
    const name = text(properties, "Bucket");
    if (theBucket(call, { Bucket: name }).configurations["Policy"] !== undefined)
      throw new ServiceFault("AlreadyExists", `The bucket policy already exists on bucket ${name}.`);
    setPolicy(call, name, properties["PolicyDocument"]);
    return name;
  },
  update: async (call, name, { to }) => setPolicy(call, name, to["PolicyDocument"]),
  delete: (call, name) => unlessGone(["NoSuchBucket"], () => setPolicy(call, name, undefined)),
};
