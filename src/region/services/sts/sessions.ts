import { randomBytes } from "node:crypto";
import type { Caller, Scope } from "../../operations/call.js";
import { put, remove } from "../../records/records.js";
import { uniqueId } from "../iam/ids.js";
import { Roles, Sessions, type Role, type Session } from "../iam/records.js";

/** How long the metadata service's credentials of a role last, and how long before the end it hands out new ones. */
const lifetime = 6 * 3600_000;
const renewal = 30 * 60_000;

/**
 * Credentials of a role for an instance: the session is named after the instance, as on AWS. Ones that still last are handed
 * out again; expired ones of the same session are removed.
 */
export function instanceSession(scope: Scope, roleName: string, instanceId: string): Session {
  const mine = scope.records.list(Sessions).filter((known) => known.roleName === roleName && known.sessionName === instanceId);
  const lasting = mine.find((known) => known.expiresAt - scope.now() > renewal);
  if (lasting !== undefined) return lasting;
  const session: Session = {
    accessKeyId: uniqueId("ASIA"),
    secretAccessKey: randomBytes(30).toString("base64"),
    sessionToken: randomBytes(96).toString("base64"),
    roleName,
    sessionName: instanceId,
    createdAt: scope.now(),
    expiresAt: scope.now() + lifetime,
  };
  scope.commit(
    put(Sessions, session.accessKeyId, session),
    ...mine.filter((known) => known.expiresAt < scope.now()).map((known) => remove(Sessions, known.accessKeyId)),
  );
  return session;
}

/** Whom a session's calls are known as. */
export const sessionCaller = (accountId: string, session: Session, role: Pick<Role, "roleId">): Caller => ({
  accessKeyId: session.accessKeyId,
  accountId,
  arn: `arn:aws:sts::${accountId}:assumed-role/${session.roleName}/${session.sessionName}`,
  userId: `${role.roleId}:${session.sessionName}`,
});

/** The session an access key belongs to, with its role; undefined when either is gone. */
export function findSession(scope: Pick<Scope, "records">, accessKeyId: string): { session: Session; role: Role } | undefined {
  const session = scope.records.get(Sessions, accessKeyId);
  const role = session && scope.records.get(Roles, session.roleName);
  return session === undefined || role === undefined ? undefined : { session, role };
}
