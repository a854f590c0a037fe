import { folders } from "../../parts/host/folders.js";
import { UserFault } from "../../faults.js";
import { readCredentials } from "../region/files.js";
import { ensureRegion } from "../region/context.js";
import { runningRegion } from "../region/start.js";
import type { Output } from "../output.js";
import type { TargetName } from "./target-names.js";

/** Where the AWS API is: the local region, or AWS itself with the user's own credentials. They differ by this value only. */
export type Target = LocalTarget | { readonly name: "aws" };

export interface LocalTarget {
  readonly name: "local";
  readonly state: string;
  readonly endpoint: string;
  readonly regionName: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The target by name. `start`: a local region that does not run is started; otherwise that is a `RegionNotRunning` fault. */
export async function findTarget(name: TargetName, output: Output, options: { start: boolean }): Promise<Target> {
  return name === "aws" ? { name } : localTarget(output, options);
}

export async function localTarget(output: Output, options: { start: boolean }): Promise<LocalTarget> {
  const { state } = folders();
  const region = options.start ? (await ensureRegion(output)).region : await runningRegion(state);
  if (region === undefined)
    throw new UserFault("RegionNotRunning", {
      message: `no region runs with the state folder ${state}`,
      fix: "run `sandtable region start`",
    });
  const credentials = readCredentials(state);
  if (credentials === undefined)
    throw new UserFault("NotYours", {
      message: `the region runs, but ${state}/credentials.json is not there`,
      fix: "run `sandtable region stop` and `sandtable region start`: it makes them again",
    });
  return {
    name: "local",
    state,
    endpoint: region.endpoint,
    regionName: region.regionName,
    accountId: region.accountId,
    ...credentials,
  };
}

/** What AWS's SDKs, the aws CLI and Terraform read. */
export const environmentOf = (target: LocalTarget): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: target.endpoint,
  AWS_ACCESS_KEY_ID: target.accessKeyId,
  AWS_SECRET_ACCESS_KEY: target.secretAccessKey,
  AWS_REGION: target.regionName,
  AWS_DEFAULT_REGION: target.regionName,
});

/** What would win over the above, or leave this machine. */
export const environmentToUnset = [
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_SESSION_TOKEN",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
] as const;

/** Make this process speak to the target: libraries that build their own clients read the environment. */
export function adoptEnvironment(target: Target, env: NodeJS.ProcessEnv = process.env): void {
  if (target.name === "aws") return;
  for (const name of environmentToUnset) delete env[name];
  Object.assign(env, environmentOf(target), { AWS_EC2_METADATA_DISABLED: "true" });
}
