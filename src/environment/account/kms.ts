import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  type KeyMetadata,
  type KMSClient,
  paginateListAliases,
  paginateListKeys,
  paginateListResourceTags,
} from "@aws-sdk/client-kms";
import type { Said } from "../described.js";
import { isUnknown, type Unknown } from "../maybe.js";
import { eachOf, type Reading } from "./reading.js";
import { told } from "../told.js";
import { documentOf, type ReadRoom, tagsOf } from "./room.js";

const keyType = "AWS::KMS::Key";

interface Key {
  readonly keyId: string;
  readonly arn: string | undefined;
  readonly metadata: KeyMetadata | Unknown | undefined;
  readonly properties: Readonly<Record<string, Said>>;
}

/** The account's own keys; those that AWS keeps for its services are nobody's to change. */
export const readKeys: ReadRoom = async (clients, reading) => {
  const client = await clients.kms();
  const [listed, aliases] = await Promise.all([
    reading.all("kms:ListKeys", [keyType], paginateListKeys({ client }, {}), (page) => page.Keys),
    reading.all("kms:ListAliases", ["AWS::KMS::Alias"], paginateListAliases({ client }, {}), (page) => page.Aliases),
  ]);
  const all = await eachOf(listed, ({ KeyId = "" }) => keyOf(client, reading, KeyId));
  const keys = all.filter(
    ({ metadata }) => isUnknown(metadata) || (metadata?.KeyManager !== "AWS" && metadata?.KeyState !== "PendingDeletion"),
  );
  const ofKey = (keyId: string): readonly string[] =>
    aliases.flatMap(({ TargetKeyId, AliasName }) => (TargetKeyId === keyId && AliasName !== undefined ? [AliasName] : []));
  return {
    register: (names) => {
      for (const { keyId, arn } of keys) names.register({ type: keyType, physicalId: keyId, also: [arn, ...ofKey(keyId)] });
    },
    describe: (names) =>
      keys.flatMap(({ keyId, properties }) => [
        { id: names.idOf(keyType, keyId), type: keyType, physicalId: keyId, properties },
        ...ofKey(keyId).map((AliasName) => ({
          id: names.register({ type: "AWS::KMS::Alias", physicalId: AliasName }),
          type: "AWS::KMS::Alias",
          physicalId: AliasName,
          properties: { AliasName, TargetKeyId: names.ref(keyType, keyId) },
        })),
      ]),
  };
};

async function keyOf(client: KMSClient, reading: Reading, KeyId: string): Promise<Key> {
  const answer = await reading.one("kms:DescribeKey", client.send(new DescribeKeyCommand({ KeyId })));
  const metadata = isUnknown(answer) ? answer : answer?.KeyMetadata;
  const arn = isUnknown(metadata) ? undefined : metadata?.Arn;
  if (!isUnknown(metadata) && metadata?.KeyManager === "AWS") return { keyId: KeyId, arn, metadata, properties: {} };
  const allTags = async (): Promise<Said | undefined> => {
    const tags = [];
    for await (const page of paginateListResourceTags({ client }, { KeyId })) tags.push(...(page.Tags ?? []));
    return tagsOf(tags.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })));
  };
  const [policy, rotation, tags] = await Promise.all([
    reading.one("kms:GetKeyPolicy", client.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }))),
    // Keys that cannot rotate (asymmetric, imported) say so by an error.
    reading.one("kms:GetKeyRotationStatus", client.send(new GetKeyRotationStatusCommand({ KeyId })), [
      "UnsupportedOperationException",
    ]),
    reading.one("kms:ListResourceTags", allTags()),
  ]);
  return {
    keyId: KeyId,
    arn,
    metadata,
    properties: told({
      Description: isUnknown(metadata) ? metadata : metadata?.Description,
      Enabled: isUnknown(metadata) ? metadata : metadata?.Enabled,
      KeyPolicy: isUnknown(policy) ? policy : policyOf(policy?.Policy),
      EnableKeyRotation: isUnknown(rotation) ? rotation : (rotation?.KeyRotationEnabled ?? false),
      Tags: tags,
    }),
  };
}

/**
 * The policy that a key gets when nobody says one gives its own account everything. It is left out, as a template leaves it out.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
function policyOf(text: string | undefined): Said | undefined {
  const document = documentOf(text);
  const isDefault =
    /"Id":"key-default-1"/.test(text?.replace(/\s/g, "") ?? "") &&
    /"Statement":\[\{"Sid":"EnableIAMUserPermissions","Effect":"Allow","Principal":\{"AWS":"arn:aws[\w-]*:iam::\d{12}:root"\},"Action":"kms:\*","Resource":"\*"\}\]/.test(
      text?.replace(/\s/g, "") ?? "",
    );
  return isDefault ? undefined : document;
}
