import { randomBytes } from "node:crypto";
import { chownSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { Scope } from "./operations/call.js";
import type { Credentials } from "./server/authenticate.js";
import { uniqueId } from "./services/iam/ids.js";
import { findSession, sessionCaller } from "./services/sts/sessions.js";

/** The account every region is in. */
export const accountId = "000000000000";

const keyFile = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });
export type OwnKey = z.infer<typeof keyFile>;

/** The user's own access key, made at the first start: `<state>/credentials.json`, readable by its owner alone. */
export function ownKey(state: string, owner: { readonly uid: number; readonly gid: number }): OwnKey {
  const file = join(state, "credentials.json");
  try {
    return keyFile.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const key: OwnKey = { accessKeyId: uniqueId("AKIA"), secretAccessKey: randomBytes(30).toString("base64") };
  const whole = `${file}.new`;
  writeFileSync(whole, `${JSON.stringify(key)}\n`, { mode: 0o600 });
  chownSync(whole, owner.uid, owner.gid);
  renameSync(whole, file);
  return key;
}

/** Whose key it is: the user's own, or a role's session. `scope` is any: IAM and STS are global. */
export function findCredentials(own: OwnKey, scope: Scope, accessKeyId: string): Credentials | undefined {
  if (accessKeyId === own.accessKeyId)
    return {
      secretAccessKey: own.secretAccessKey,
      caller: {
        accessKeyId,
        accountId,
        arn: `arn:aws:iam::${accountId}:user/sandtable`,
        userId: `AIDA${own.accessKeyId.slice(4)}`,
      },
    };
  const found = findSession(scope, accessKeyId);
  if (found === undefined) return undefined;
  const { session, role } = found;
  return {
    secretAccessKey: session.secretAccessKey,
    sessionToken: session.sessionToken,
    expiresAt: session.expiresAt,
    caller: sessionCaller(accountId, session, role),
  };
}
