import { UserFault } from "../../faults.js";

/** Codes with which AWS says that it is about who asks. */
const aboutTheCaller = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AuthFailure",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "SignatureDoesNotMatch",
  "UnauthorizedOperation",
  "UnrecognizedClientException",
]);

/** Codes with which a connection fails before anybody answers. */
const unreachable = new Set(["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT"]);

const credentialsFix =
  "give credentials as the AWS CLI takes them: `aws configure`, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws sts get-caller-identity` shows whether they work";

/**
 * What an error of the AWS SDK means for the person at the keyboard; undefined for an error that is ours to mend. Pure.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonErrors.html
 */
export function faultOfSdk(error: unknown): UserFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message } = error;
  if (name === "CredentialsProviderError" || name === "TokenProviderError")
    return new UserFault("NoCredentials", { message, fix: credentialsFix, cause: error });
  if (message === "Region is missing")
    return new UserFault("NoRegion", {
      message: "no AWS region is set",
      fix: "set AWS_REGION, or a region in your AWS profile (`aws configure`)",
      cause: error,
    });
  if ("code" in error && unreachable.has(String(error.code)))
    return new UserFault("Unreachable", {
      message: `the AWS API cannot be reached: ${message || String(error.code)}`,
      fix: "look at the network, at AWS_ENDPOINT_URL if that is set, and (for the local region) at `sandtable region status`",
      cause: error,
    });
  // Every answer that is an error carries how it came.
  if (!("$metadata" in error)) return undefined;
  return new UserFault(name, {
    message,
    fix: aboutTheCaller.has(name) ? credentialsFix : "this is AWS's own answer: look its code up in the service's API reference",
    cause: error,
  });
}
