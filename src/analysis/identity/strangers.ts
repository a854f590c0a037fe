import type { PolicyStatement } from "../../environment/identity.js";
import { andThen, isUnknown, Unknown, type Maybe } from "../../environment/maybe.js";

/**
 * Which strangers (principals of any account, or nobody's) a condition lets a statement mean: all of them, some (who choose to meet it,
 * as by coming over TLS), none; or that is not known.
 */
type Strangers = Maybe<"all" | "some" | "none">;

/**
 * Keys whose fixed values keep strangers out. Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage" (The
 * meaning of "public"); and what else says of whom or of what network a request must be: AWS IAM User Guide, "AWS global condition
 * context keys".
 */
const narrowing = new Set(
  [
    "aws:PrincipalAccount aws:PrincipalArn aws:PrincipalOrgID aws:PrincipalOrgPaths aws:PrincipalServiceName aws:userid",
    "aws:SourceAccount aws:SourceArn aws:SourceOrgID aws:SourceOrgPaths aws:SourceOwner aws:SourceVpc aws:SourceVpcArn aws:SourceVpce",
    "aws:VpceAccount aws:VpceOrgID aws:VpceOrgPaths kms:CallerAccount sts:ExternalId",
    "s3:DataAccessPointAccount s3:DataAccessPointArn s3:x-amz-server-side-encryption-aws-kms-key-id",
  ].flatMap((line) => line.toLowerCase().split(" ")),
);

/** Keys of which a stranger says what is asked for: how the request comes, what it names, what it claims of itself. */
const chosen =
  /^(?:aws:(?:securetransport|referer|useragent|requestedregion|currenttime|epochtime)|s3:(?:prefix|delimiter|max-keys|authtype|signatureage|signatureversion|tlsversion|versionid|x-amz-acl|x-amz-content-sha256|x-amz-copy-source|x-amz-grant-[a-z-]+|x-amz-metadata-directive|x-amz-server-side-encryption|x-amz-storage-class|requestobjecttag.*))$/;

/** Does a statement that allows mean strangers? One that denies: see `deniesStrangers`. */
export const meansStrangers = (statement: PolicyStatement): Maybe<boolean> =>
  andThen(namesEverybody(statement), () => {
    const found = strangersOf(statement);
    return found.includes("none") ? false : (statement.unknown?.conditions ?? found.find(isUnknown) ?? true);
  });

/** Does a statement that denies leave no stranger out? */
export const deniesStrangers = (statement: PolicyStatement): Maybe<boolean> =>
  andThen(namesEverybody(statement), () => {
    const found = strangersOf(statement);
    return found.some((each) => each === "some" || each === "none")
      ? false
      : (statement.unknown?.conditions ?? found.find(isUnknown) ?? true);
  });

function namesEverybody({ principals, unknown }: PolicyStatement): Maybe<boolean> {
  if (principals === "*" || (principals?.["AWS"]?.includes("*") ?? false)) return true;
  return unknown?.principals ?? false;
}

const strangersOf = ({ conditions }: PolicyStatement): readonly Strangers[] =>
  Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => strangersBy(operator, key.toLowerCase(), values)),
  );

function strangersBy(operator: string, key: string, values: readonly string[]): Strangers {
  if (chosen.test(key)) return "some";
  const notUnderstood = new Unknown(`whom the condition ${operator} on ${key} leaves in is not known`);
  const [, set, kind = "", ifThere] = /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const isAddress = key === "aws:sourceip";
  if (!isAddress && !narrowing.has(key)) return notUnderstood;
  // Any value will do.
  if (kind === "Null") return "some";
  if (!(isAddress ? /^(?:Not)?IpAddress$/ : /^(?:String|Arn)(?:Not)?(?:Equals|Like|EqualsIgnoreCase)$/).test(kind))
    return notUnderstood;
  const found = values.map((value) => (isAddress ? isNarrowBlock(value) : isFixed(kind, key, value)));
  const isNegated = kind.includes("Not");
  if (found.includes(false)) return isNegated ? notUnderstood : "some";
  const unsure = found.find(isUnknown);
  if (unsure !== undefined) return unsure;
  if (isNegated) return "all";
  // A request without the key passes these, and a stranger's has none. Every request has an address.
  return !isAddress && (ifThere !== undefined || set === "ForAllValues:") ? "some" : "none";
}

/** S3 takes ranges wider than /8 (of IPv6: /32) for public. */
function isNarrowBlock(text: string): Maybe<boolean> {
  const [, address = "", bits] = /^(.*?)(?:\/(\d+))?$/s.exec(text) ?? [];
  const gap = gapIn(address);
  if (bits === undefined) return gap ?? true;
  return Number(bits) >= (gap !== undefined || address.includes(":") ? 32 : 8) || (gap ?? false);
}

/** Keys that hold ARNs. One account's are fixed enough, whatever the name. */
const arns = new Set(["aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn", "s3:dataaccesspointarn"]);

/** Is a value one, or all of one account's, organisation's or role's? */
function isFixed(kind: string, key: string, text: string): Maybe<boolean> {
  // A policy's variable is filled in from the request; what says whose the resource is, the stranger does not choose.
  const variable = /\$\{aws:(?!Resource)\w+\}/i.exec(text)?.[0];
  if (variable !== undefined) return new Unknown(`what ${variable} stands for is known only with a request`);
  // The equals of texts takes a star for a star.
  if (/^String(?:Not)?Equals/.test(kind)) return true;
  const telling = arns.has(key) ? accountIn(text) : text.replace(/(?<=^o-\w+)\/.*$|(?<=^\w+):\*$/s, "");
  return /[*?]/.test(telling) ? false : (gapIn(telling) ?? true);
}

/** The account of an ARN; all of it where it has none (S3's buckets) or is no ARN. */
function accountIn(arn: string): string {
  const account = arn.split(":")[4];
  return account === undefined || account === "" ? arn.replace(/(?<=^arn:[\w-]+:s3:::[^*?]{3,})\*$/, "") : account;
}

/** What is not known may be a star. The reference to an attribute of a resource (`${Role.Arn}`) is none. */
function gapIn(text: string): Unknown | undefined {
  const name = /\$\{(?!aws:)([^}]*)\}/i.exec(text)?.[1];
  return name === undefined || /^\S+\.\w+$/.test(name) ? undefined : new Unknown(`what ${name} is, the source does not say`);
}
