import { isKnown, isUnknown } from "../../environment/maybe.js";
import type { Bucket } from "../../environment/storage.js";
import type { Rule } from "../finding.js";
import { hostsOf, scriptOf } from "../hosts/hosts.js";
import { at, notKnown, ruleOn } from "../rule.js";
import { namesOf, publicReadOf, publicWriteOf } from "./bucket-access.js";

const blockPublicAccess = "Amazon S3 User Guide: Blocking public access to your Amazon S3 storage";

export const publicBucket: Rule = ruleOn(
  "buckets",
  {
    id: "bucket-public",
    subject: "exposure",
    severity: "high",
    summary: "A bucket that the world may read, though it is no web site",
    sources: [blockPublicAccess, "AWS Security Hub control S3.2"],
  },
  function* (bucket) {
    const way = publicReadOf(bucket);
    if (way === undefined || bucket.website === true) return;
    const said = {
      title: "may be read by the world",
      reason: isKnown(way)
        ? `Its ${way === "acl" ? "ACL" : "policy"} lets everybody read its objects, and its public access block lets that stand.`
        : "Its ACL or its policy may let everybody read its objects.",
      fix: "turn all four settings of PublicAccessBlockConfiguration on, and serve what is meant for the public through CloudFront",
      ...at(bucket, "PublicAccessBlockConfiguration"),
    };
    const unsure = [way, bucket.website].find(isUnknown);
    yield unsure === undefined ? said : notKnown(said, unsure);
  },
);

export const writableBucket: Rule = ruleOn(
  "buckets",
  {
    id: "bucket-writable-by-everybody",
    subject: "exposure",
    severity: "critical",
    summary: "A bucket into which the world may write, or whose policy it may change",
    sources: [blockPublicAccess, "AWS Security Hub control S3.3"],
  },
  function* (bucket) {
    const way = publicWriteOf(bucket);
    if (way === undefined) return;
    const said = {
      title: "may be written to by the world",
      reason: isKnown(way)
        ? `Its ${way === "acl" ? "ACL" : "policy"} lets everybody put or delete objects, or change who may, and its public access block lets that stand: what is there may be lost or replaced, and strangers' files are stored at your cost.`
        : "Its ACL or its policy may let everybody put or delete objects, or change who may.",
      fix: "turn all four settings of PublicAccessBlockConfiguration on, name the principals that write, and give others presigned URLs",
      ...at(bucket, "PublicAccessBlockConfiguration"),
    };
    yield isUnknown(way) ? notKnown(said, way) : said;
  },
);

/** What a dump, an archive or a backup is called. */
const dataFile = /\.(?:sql|dump|bak|zip|tar|tgz|gz|7z|csv|parquet|env|pem)\b|\b(?:backup|dump|archive)s?\b/i;

/** What hosts put into the bucket that looks like data, by the words of their user data. */
function dataPutInto(bucket: Bucket, environment: Parameters<Rule["judge"]>[0]): { host: string; words: string } | undefined {
  const names = namesOf(bucket);
  for (const host of hostsOf(environment))
    for (const { words } of scriptOf(host)?.commands ?? []) {
      const isUpload = words.includes("s3") && words.some((word) => /^(?:cp|mv|sync)$/.test(word));
      const target = words[words.length - 1] === "&" ? words[words.length - 2] : words[words.length - 1];
      const goesThere =
        words.some((word) => names.some((name) => word.startsWith(`s3://${name}`))) && target?.startsWith("s3://");
      if (isUpload && goesThere === true && words.some((word) => dataFile.test(word)))
        return { host: host.name, words: words.join(" ") };
    }
  return undefined;
}

export const publicBucketHoldsData: Rule = ruleOn(
  "buckets",
  {
    id: "public-bucket-holds-data",
    subject: "exposure",
    severity: "critical",
    summary: "A bucket that the world may read, into which a host puts dumps, archives or backups",
    sources: [blockPublicAccess, "AWS CLI Command Reference: s3 cp"],
  },
  function* (bucket, environment) {
    const way = publicReadOf(bucket);
    const put = way === undefined ? undefined : dataPutInto(bucket, environment);
    if (way === undefined || put === undefined) return;
    const said = {
      title: "holds data, and the world may read it",
      reason: `The user data of ${put.host} runs \`${put.words}\`. Whoever guesses that key, or lists the bucket, has it.`,
      fix: "keep backups in a bucket of their own, with all public access blocked; take what is there for known to others",
    };
    yield isUnknown(way) ? notKnown(said, way) : said;
  },
);
