import { ServiceFault } from "../../operations/fault.js";

/** What AWS gives a key that was made without a policy: whoever the account's own policies allow. */
export const defaultPolicy = (accountId: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });

/** @throws ServiceFault MalformedPolicyDocumentException */
export function checkKeyPolicy(text: string): string {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    policy = undefined;
  }
  if (typeof policy !== "object" || policy === null || !("Statement" in policy))
    throw new ServiceFault("MalformedPolicyDocumentException", "The key policy is not a JSON object with a Statement.");
  return text;
}
