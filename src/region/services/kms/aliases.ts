import type {
  AliasListEntry,
  CreateAliasCommandInput,
  DeleteAliasCommandInput,
  ListAliasesCommandInput,
  ListAliasesCommandOutput,
  UpdateAliasCommandInput,
} from "@aws-sdk/client-kms";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { invalidState, theKey, theOwnKey } from "./keys.js";
import { aliasArn, checkAliasName } from "./names.js";
import { limited } from "./pages.js";
import { KmsAliases, KmsKeys, type KmsAlias, type KmsKey } from "./records.js";

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
export function createAlias(scope: Scope, wish: { readonly name: string; readonly target: string }): KmsAlias {
  const name = checkAliasName(wish.name);
  if (findAlias(scope, name) !== undefined)
    throw new ServiceFault("AlreadyExistsException", `An alias with the name ${aliasArn(scope, name)} already exists`);
  const at = scope.now();
  const alias: KmsAlias = { name, keyId: theTarget(scope, wish.target).keyId, createdAt: at, updatedAt: at };
  scope.commit(put(KmsAliases, name, alias));
  return alias;
}

/** Points it to another key. */
export function updateAlias(scope: Scope, name: string, target: string): void {
  const alias = theAlias(scope, checkAliasName(name));
  scope.commit(put(KmsAliases, name, { ...alias, keyId: theTarget(scope, target).keyId, updatedAt: scope.now() }));
}

export function deleteAlias(scope: Scope, name: string): void {
  const alias = theAlias(scope, checkAliasName(name));
  scope.commit(remove(KmsAliases, alias.name));
}

/** An alias goes with its key. */
const findAlias = (scope: Scope, name: string): KmsAlias | undefined => {
  const alias = scope.records.get(KmsAliases, name);
  const key = alias === undefined ? undefined : scope.records.get(KmsKeys, alias.keyId);
  return key === undefined || (key.deletionAt ?? Infinity) <= scope.now() ? undefined : alias;
};

export function theAlias(scope: Scope, name: string): KmsAlias {
  const alias = findAlias(scope, name);
  if (alias === undefined) throw new ServiceFault("NotFoundException", `Alias ${aliasArn(scope, name)} is not found.`);
  return alias;
}

function theTarget(scope: Scope, wanted: string): KmsKey {
  const key = theOwnKey(scope, wanted);
  if (key.state === "PendingDeletion") throw invalidState(key);
  return key;
}

const describe = (scope: Scope, { name, keyId, createdAt, updatedAt }: KmsAlias): AliasListEntry => ({
  AliasName: name,
  AliasArn: aliasArn(scope, name),
  TargetKeyId: keyId,
  CreationDate: new Date(createdAt),
  LastUpdatedDate: new Date(updatedAt),
});

export const aliasOperations: readonly Operation[] = [
  operation<CreateAliasCommandInput, object>(
    "kms",
    "CreateAlias",
    { AliasName: enforced, TargetKeyId: enforced },
    (call, input) => {
      createAlias(call, { name: input.AliasName ?? "", target: input.TargetKeyId ?? "" });
      return {};
    },
  ),
  operation<UpdateAliasCommandInput, object>(
    "kms",
    "UpdateAlias",
    { AliasName: enforced, TargetKeyId: enforced },
    (call, input) => {
      updateAlias(call, input.AliasName ?? "", input.TargetKeyId ?? "");
      return {};
    },
  ),
  operation<DeleteAliasCommandInput, object>("kms", "DeleteAlias", { AliasName: enforced }, (call, input) => {
    deleteAlias(call, input.AliasName ?? "");
    return {};
  }),
  operation<ListAliasesCommandInput, ListAliasesCommandOutput>(
    "kms",
    "ListAliases",
    { KeyId: enforced, Limit: enforced, Marker: enforced },
    (call, input) => {
      const keyId = input.KeyId === undefined ? undefined : theKey(call, input.KeyId).keyId;
      const aliases = call.records
        .list(KmsAliases)
        .filter((alias) => findAlias(call, alias.name) !== undefined && (keyId === undefined || alias.keyId === keyId));
      const { items, more } = limited(aliases, ({ name }) => name, input, { usual: 50, most: 100 });
      return { Aliases: items.map((alias) => describe(call, alias)), ...more };
    },
  ),
];
