/**
 * What a bucket may be called: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 * @returns why not; undefined: it may.
 */
export function faultOfBucketName(name: string): string | undefined {
  if (name.length < 3 || name.length > 63) return "it must have 3 to 63 characters";
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name))
    return "it may have lower-case letters, digits, dots and hyphens, and begins and ends with a letter or digit";
  if (name.includes("..")) return "it has two dots in a row";
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(name)) return "it reads like an IP address";
  const prefix = ["xn--", "sthree-", "amzn-s3-demo-"].find((reserved) => name.startsWith(reserved));
  if (prefix !== undefined) return `${prefix} is reserved`;
  const suffix = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].find((reserved) => name.endsWith(reserved));
  return suffix === undefined ? undefined : `${suffix} is reserved`;
}

/** Bytes of a key in UTF-8. */
export const longestKey = 1024;
