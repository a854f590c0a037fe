import type { Environment } from "../../environment/environment.js";
import { isKnown, known } from "../../environment/maybe.js";
import type { PolicyStatement } from "../../environment/identity.js";
import type { Bucket } from "../../environment/storage.js";
import { named, settingsOf, type ServicePath, type Tier } from "./path.js";

const writes = /^(\*|s3:(\*|Put.*|Delete.*))$/i;

/** What the roles of the servers let them do with S3. */
export function grantsOf(
  environment: Environment,
  tiers: readonly Tier[],
): { readonly usesS3: boolean; readonly written: ServicePath["buckets"] } {
  const roles = tiers.flatMap((tier) => {
    const role = settingsOf(environment, tier)?.role;
    const id = role === undefined ? undefined : known(role);
    return id === undefined ? [] : (environment.roles.get(id) ?? []);
  });
  const statements = roles
    .flatMap(({ policies }) => policies)
    .flatMap(({ document }) => (document !== undefined && isKnown(document) ? document.statements : []))
    .filter(({ effect, actions }) => effect === "Allow" && actions.some((action) => /^(\*|s3:.*)$/i.test(action)));
  const buckets = [...environment.buckets.values()].filter((bucket) =>
    statements.some((statement) => statement.actions.some((action) => writes.test(action)) && isAbout(statement, bucket)),
  );
  return {
    usesS3: statements.length > 0,
    written: buckets.map((bucket) => ({ ...named(bucket), versioning: bucket.versioning })),
  };
}

/** By its name, or by its place in the text: an ARN whose bucket is made by AWS names the resource as `${…}`. */
const isAbout = ({ resources }: PolicyStatement, bucket: Bucket): boolean =>
  resources.some(
    (resource) =>
      resource === "*" ||
      resource.startsWith("arn:aws:s3:::*") ||
      resource.includes(bucket.id) ||
      (isKnown(bucket.bucketName) && resource.includes(bucket.bucketName)),
  );
