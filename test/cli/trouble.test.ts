import { expect, test } from "vitest";
import { faultOfSdk } from "../../src/cli/aws/trouble.js";

const error = (name: string, message: string, more: object = {}): Error => Object.assign(new Error(message), { name, ...more });

test.each([
  [error("CredentialsProviderError", "Could not load credentials from any providers"), "NoCredentials", "aws configure"],
  [error("Error", "Region is missing"), "NoRegion", "AWS_REGION"],
  [error("Error", "connect ECONNREFUSED 127.0.0.1:1", { code: "ECONNREFUSED" }), "Unreachable", "AWS_ENDPOINT_URL"],
  [error("AccessDenied", "User: x is not authorized", { $metadata: {} }), "AccessDenied", "get-caller-identity"],
  [error("LimitExceededException", "Limit for stacks", { $metadata: {} }), "LimitExceededException", "API reference"],
])("%s is said without a stack trace, with the way on", (thrown, code, fix) => {
  expect(faultOfSdk(thrown)).toMatchObject({ code, fix: expect.stringContaining(fix) as string });
});

test.each([[new TypeError("x is not a function")], ["text"], [undefined]])("%s is ours to mend", (thrown) => {
  expect(faultOfSdk(thrown)).toBeUndefined();
});
