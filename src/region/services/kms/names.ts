import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";

type Place = Pick<Scope, "accountId" | "regionName">;

export const keyArn = ({ accountId, regionName }: Place, keyId: string): string =>
  `arn:aws:kms:${regionName}:${accountId}:key/${keyId}`;

export const aliasArn = ({ accountId, regionName }: Place, name: string): string =>
  `arn:aws:kms:${regionName}:${accountId}:${name}`;

/** The prefix of the aliases of keys that AWS manages; users cannot make such aliases. */
export const managedPrefix = "alias/aws/";

/**
 * A key's id or an alias's name (with `alias/`) out of either or the ARN of either.
 * https://docs.aws.amazon.com/kms/latest/developerguide/find-cmk-id-arn.html
 * @throws ServiceFault NotFoundException for an ARN of another region or account
 */
export function localName(place: Place, wanted: string): string {
  if (!wanted.startsWith("arn:")) return wanted;
  const [, , service, region, account, ...rest] = wanted.split(":");
  const name = rest.join(":");
  const isHere = service === "kms" && region === place.regionName && account === place.accountId;
  if (isHere && name.startsWith("alias/")) return name;
  if (isHere && name.startsWith("key/")) return name.slice("key/".length);
  throw new ServiceFault(
    "NotFoundException",
    `Invalid arn ${wanted}: it names no key of ${place.regionName} in ${place.accountId}.`,
  );
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
export function checkAliasName(name: string): string {
  if (!name.startsWith("alias/"))
    throw new ServiceFault(
      "ValidationException",
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  if (!/^alias\/[a-zA-Z0-9/_-]{1,250}$/.test(name))
    throw new ServiceFault(
      "InvalidAliasNameException",
      `${name} is not a valid alias name: after alias/ it has 1 to 250 letters, digits, slashes, underscores and hyphens.`,
    );
  if (name.startsWith(managedPrefix))
    throw new ServiceFault(
      "NotAuthorizedException",
      `${name}: the prefix ${managedPrefix} is reserved for keys that AWS manages.`,
    );
  return name;
}
