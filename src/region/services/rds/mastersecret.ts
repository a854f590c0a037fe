import { randomUUID } from "node:crypto";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import type { Change } from "../../records/records.js";
import { newSecretArn } from "../secretsmanager/names.js";
import { randomPassword } from "../secretsmanager/passwords.js";
import { Secrets, type Secret } from "../secretsmanager/records.js";
import { secretRemoval } from "../secretsmanager/secrets.js";
import { textValue } from "../secretsmanager/values.js";
import { decideVersion } from "../secretsmanager/versions.js";
import { accessibleKey } from "./kmskeys.js";
import { clusterArn, instanceArn } from "./names.js";
import type { EngineName, MasterSecret } from "./records.js";

/**
 * The secret that RDS keeps a master user's password in, of its own: users read it and RDS alone changes it
 * (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html). It is not rotated by itself.
 */
export interface MasterSecretDecision {
  readonly masterSecret: MasterSecret;
  readonly masterPassword: string;
  /** For the commit that gives the owner the password. */
  readonly changes: readonly Change[];
}

/** Whose master user it is: a DB instance, or a DB cluster. */
export interface MasterOwner {
  readonly is: "db" | "cluster";
  readonly identifier: string;
  readonly engine: EngineName;
  readonly masterUsername: string;
}

/** Decide a new secret with a password of chance. @throws KMSKeyNotAccessibleFault */
export function decideMasterSecret(scope: Scope, owner: MasterOwner, kmsKeyId: string | undefined): MasterSecretDecision {
  const key = accessibleKey(scope, kmsKeyId ?? "alias/aws/secretsmanager").arn;
  const name = `rds!${owner.is}-${randomUUID()}`;
  const isCluster = owner.is === "cluster";
  const primary = isCluster ? clusterArn(scope, owner.identifier) : instanceArn(scope, owner);
  const secret: Secret = {
    arn: newSecretArn(scope, name),
    name,
    description: `The secret associated with the primary RDS DB ${isCluster ? "cluster" : "instance"}: ${primary}`,
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    owningService: "rds",
    createdAt: scope.now(),
    changedAt: scope.now(),
    tags: { "aws:secretsmanager:owningService": "rds", [`aws:rds:primaryDB${isCluster ? "Cluster" : "Instance"}Arn`]: primary },
    versions: {},
  };
  return withPassword(scope, owner, secret, { secretArn: secret.arn, kmsKeyArn: key });
}

/** Decide another password, as the secret's current version. */
export function decideRotation(scope: Scope, owner: MasterOwner, masterSecret: MasterSecret): MasterSecretDecision {
  const secret = scope.records.get(Secrets, masterSecret.secretArn);
  if (secret === undefined)
    throw new ServiceFault(
      owner.is === "cluster" ? "InvalidDBClusterStateFault" : "InvalidDBInstanceState",
      `The secret ${masterSecret.secretArn} of ${owner.identifier} is gone.`,
    );
  return withPassword(scope, owner, secret, masterSecret);
}

/** It goes with its owner, or when its user gives the password again. */
export function masterSecretRemoval(
  scope: Pick<Scope, "records">,
  { masterSecret }: { readonly masterSecret?: MasterSecret },
): readonly Change[] {
  const secret = masterSecret === undefined ? undefined : scope.records.get(Secrets, masterSecret.secretArn);
  return secret === undefined ? [] : secretRemoval(secret);
}

function withPassword(scope: Scope, owner: MasterOwner, secret: Secret, masterSecret: MasterSecret): MasterSecretDecision {
  // What no engine's password may have, and what is awkward to paste.
  const masterPassword = randomPassword({ PasswordLength: 28, ExcludeCharacters: "/@\"'\\` " });
  const value = textValue(JSON.stringify({ username: owner.masterUsername, password: masterPassword }));
  return { masterSecret, masterPassword, changes: decideVersion(scope, secret, { value }).changes };
}
