import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import type { Change } from "../../records/records.js";
import { checkMasterPassword } from "./checks.js";
import { decideMasterSecret, decideRotation, masterSecretRemoval, type MasterOwner } from "./mastersecret.js";
import type { DBInstance } from "./records.js";

/** How the master user's password is to be had. */
export interface MasterPasswordWish {
  readonly masterPassword?: string | undefined;
  /** RDS makes it and keeps it in a secret. */
  readonly managed?: boolean | undefined;
  /** Of that secret; id, ARN or alias. */
  readonly secretKmsKeyId?: string | undefined;
  /** Another one now. */
  readonly rotate?: boolean | undefined;
}

/** What the record of a DB instance, or of a DB cluster, holds of it. */
type Held = Pick<DBInstance, "masterPassword" | "masterSecret">;

/** Part of the owner's record, and what else is committed with it. */
export interface MasterPasswordDecision {
  readonly part: Held;
  readonly changes: readonly Change[];
}

/** @throws InvalidParameterCombination, InvalidParameterValue, KMSKeyNotAccessibleFault */
export function firstMasterPassword(scope: Scope, owner: MasterOwner, wish: MasterPasswordWish): MasterPasswordDecision {
  if (wish.managed !== true) {
    refuseKey(wish);
    return { part: { masterPassword: checkMasterPassword(owner.engine, wish.masterPassword) }, changes: [] };
  }
  refuseBoth(wish);
  const { changes, ...part } = decideMasterSecret(scope, owner, wish.secretKmsKeyId);
  return { part, changes };
}

/**
 * What ModifyDBInstance or ModifyDBCluster makes of it; what is not said stays.
 * @throws InvalidParameterCombination, InvalidParameterValue, KMSKeyNotAccessibleFault
 */
export function changedMasterPassword(
  scope: Scope,
  owner: MasterOwner,
  held: Held,
  wish: MasterPasswordWish & { readonly immediately: boolean },
): MasterPasswordDecision {
  const { masterSecret } = held;
  const isManaged = wish.managed ?? masterSecret !== undefined;
  if (!isManaged || masterSecret !== undefined) refuseKey(wish);
  if (isManaged) refuseBoth(wish);
  if (wish.rotate === true) {
    if (masterSecret === undefined || !isManaged)
      throw combination("RotateMasterUserPassword can only be specified when RDS manages the master user password.");
    if (!wish.immediately) throw combination("You must specify ApplyImmediately when you rotate the master user password.");
    const { changes, ...part } = decideRotation(scope, owner, masterSecret);
    return { part, changes };
  }
  if (isManaged && masterSecret === undefined) {
    const { changes, ...part } = decideMasterSecret(scope, owner, wish.secretKmsKeyId);
    return { part, changes };
  }
  if (!isManaged && masterSecret !== undefined)
    return {
      part: { masterPassword: checkMasterPassword(owner.engine, wish.masterPassword) },
      changes: masterSecretRemoval(scope, held),
    };
  const masterPassword =
    wish.masterPassword === undefined ? held.masterPassword : checkMasterPassword(owner.engine, wish.masterPassword);
  return {
    part: {
      ...(masterPassword === undefined ? {} : { masterPassword }),
      ...(masterSecret === undefined ? {} : { masterSecret }),
    },
    changes: [],
  };
}

function refuseBoth({ masterPassword }: MasterPasswordWish): void {
  if (masterPassword !== undefined)
    throw combination("MasterUserPassword can't be specified when ManageMasterUserPassword is turned on.");
}

function refuseKey({ secretKmsKeyId }: MasterPasswordWish): void {
  if (secretKmsKeyId !== undefined)
    throw combination(
      "MasterUserSecretKmsKeyId can only be specified when ManageMasterUserPassword is turned on, and not changed later.",
    );
}

const combination = (message: string): ServiceFault => new ServiceFault("InvalidParameterCombination", message);
