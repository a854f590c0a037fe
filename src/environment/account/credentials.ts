import { GetLoginProfileCommand, type IAMClient, paginateListAccessKeys, paginateListMFADevices } from "@aws-sdk/client-iam";
import type { Described, Said } from "../described.js";
import { isUnknown, type Unknown } from "../maybe.js";
import type { NodeId } from "../node.js";
import type { Reading } from "./reading.js";
import { told } from "../told.js";

/** What a user can prove who they are with. */
export interface Credentials {
  readonly keys: readonly { readonly id: string; readonly active: boolean }[] | Unknown;
  readonly password: boolean | Unknown;
  readonly mfa: boolean | Unknown;
}

export async function readCredentials(client: IAMClient, reading: Reading, UserName: string): Promise<Credentials> {
  const keysOf = async () => {
    const found: { id: string; active: boolean }[] = [];
    for await (const page of paginateListAccessKeys({ client }, { UserName }))
      for (const { AccessKeyId = "", Status } of page.AccessKeyMetadata ?? [])
        found.push({ id: AccessKeyId, active: Status === "Active" });
    return found;
  };
  const hasMfa = async (): Promise<boolean> => {
    for await (const page of paginateListMFADevices({ client }, { UserName }))
      if ((page.MFADevices ?? []).length > 0) return true;
    return false;
  };
  const [keys, profile, mfa] = await Promise.all([
    reading.one("iam:ListAccessKeys", keysOf()),
    reading.one("iam:GetLoginProfile", client.send(new GetLoginProfileCommand({ UserName })), [
      "NoSuchEntity",
      "NoSuchEntityException",
    ]),
    reading.one("iam:ListMFADevices", hasMfa()),
  ]);
  return { keys: keys ?? [], password: isUnknown(profile) ? profile : profile !== undefined, mfa: mfa ?? false };
}

interface Told {
  readonly properties: Readonly<Record<string, Said>>;
  readonly attributes: Readonly<Record<string, Said>>;
  readonly keys: readonly Described[];
}

/** A password as the user's login profile, keys as resources of their own; whether there is a second factor no template tells. */
export const describeCredentials = (userId: NodeId, user: Said, { keys, password, mfa }: Credentials): Told => ({
  properties: told({ LoginProfile: isUnknown(password) ? password : password ? {} : undefined }),
  attributes: told({ HasMfa: mfa, AccessKeys: isUnknown(keys) ? keys : undefined }),
  keys: isUnknown(keys)
    ? []
    : keys.map(({ id, active }) => ({
        id: `${userId}/${id}`,
        type: "AWS::IAM::AccessKey",
        physicalId: id,
        properties: { UserName: user, Status: active ? "Active" : "Inactive" },
      })),
});
