import type {
  CreateKeyCommandOutput,
  DecryptCommandOutput,
  DescribeKeyCommandOutput,
  EncryptCommandOutput,
  GenerateDataKeyCommandOutput,
  GetKeyPolicyCommandOutput,
  ListAliasesCommandOutput,
  ListKeysCommandOutput,
  ListResourceTagsCommandOutput,
  ReEncryptCommandOutput,
} from "@aws-sdk/client-kms";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { resolveKey } from "../../../../src/region/services/kms/keys.js";
import { kmsOperations } from "../../../../src/region/services/kms/operations.js";
import { KmsAliases, KmsKeys } from "../../../../src/region/services/kms/records.js";
import { recordsAlone, run } from "../../../support/records.js";

const kms = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(kmsOperations, name, call, input);
const fault = (code: string) => expect.objectContaining({ code });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const day = 86_400_000;

async function withKey() {
  const clock = { now: Date.parse("2026-11-21T10:00:00Z") };
  const { call } = recordsAlone({ now: () => clock.now });
  const { KeyMetadata } = await kms<CreateKeyCommandOutput>(call, "CreateKey", {
    Description: "of the shop",
    Tags: [{ TagKey: "team", TagValue: "shop" }],
  });
  await kms(call, "CreateAlias", { AliasName: "alias/shop", TargetKeyId: KeyMetadata?.KeyId });
  return { clock, call, keyId: KeyMetadata?.KeyId ?? "", arn: KeyMetadata?.Arn ?? "" };
}

const aliasOf = (name: string): string => `arn:aws:kms:eu-west-3:000000000000:alias/${name}`;

describe("a key", () => {
  test("is described as AWS does, by id, ARN, alias and alias ARN", async () => {
    const { call, keyId, arn } = await withKey();
    expect(arn).toBe(`arn:aws:kms:eu-west-3:000000000000:key/${keyId}`);
    for (const KeyId of [keyId, arn, "alias/shop", aliasOf("shop")])
      expect((await kms<DescribeKeyCommandOutput>(call, "DescribeKey", { KeyId })).KeyMetadata).toMatchObject({
        KeyId: keyId,
        Arn: arn,
        Enabled: true,
        KeyState: "Enabled",
        KeyManager: "CUSTOMER",
        Description: "of the shop",
      });
    const { Tags } = await kms<ListResourceTagsCommandOutput>(call, "ListResourceTags", { KeyId: keyId });
    expect(Tags).toEqual([{ TagKey: "team", TagValue: "shop" }]);
    const { Policy = "" } = await kms<GetKeyPolicyCommandOutput>(call, "GetKeyPolicy", { KeyId: keyId });
    expect(JSON.parse(Policy)).toMatchObject({ Statement: [{ Action: "kms:*" }] });
  });

  test.each([
    [
      "11111111-2222-3333-4444-555555555555",
      "NotFoundException",
      "Key 'arn:aws:kms:eu-west-3:000000000000:key/11111111-2222-3333-4444-555555555555' does not exist",
    ],
    ["nonsense", "NotFoundException", "Invalid keyId 'nonsense'"],
    ["alias/nobody", "NotFoundException", `Alias ${aliasOf("nobody")} is not found.`],
    ["alias/aws/nobody", "NotFoundException", `Alias ${aliasOf("aws/nobody")} is not found.`],
    ["arn:aws:kms:us-east-1:000000000000:alias/shop", "NotFoundException", expect.stringContaining("eu-west-3")],
  ])("that is not there (%s) is a %s", async (KeyId, code, message) => {
    const { call } = await withKey();
    await expect(kms(call, "DescribeKey", { KeyId })).rejects.toMatchObject({ code, message });
  });

  test("of AWS's own is made when it is first asked for, and users cannot change it", async () => {
    const { call } = await withKey();
    const key = resolveKey(call, "alias/aws/rds");
    expect(key.manager).toBe("AWS");
    expect(resolveKey(call, "alias/aws/rds").keyId).toBe(key.keyId);
    await expect(kms(call, "DisableKey", { KeyId: key.keyId })).rejects.toEqual(fault("AccessDeniedException"));
    await expect(kms(call, "ScheduleKeyDeletion", { KeyId: key.keyId })).rejects.toEqual(fault("AccessDeniedException"));
    await expect(kms(call, "DeleteAlias", { AliasName: "alias/aws/rds" })).rejects.toEqual(fault("NotAuthorizedException"));
  });

  test("lists come in pages", async () => {
    const { call } = await withKey();
    await kms(call, "CreateKey");
    const first = await kms<ListKeysCommandOutput>(call, "ListKeys", { Limit: 1 });
    const second = await kms<ListKeysCommandOutput>(call, "ListKeys", { Limit: 1, Marker: first.NextMarker });
    expect([first.Truncated, second.Truncated]).toEqual([true, false]);
    const ids = [...(first.Keys ?? []), ...(second.Keys ?? [])].map(({ KeyId }) => KeyId);
    expect(new Set(ids)).toEqual(new Set(call.records.list(KmsKeys).map(({ keyId }) => keyId)));
    await expect(kms(call, "ListKeys", { Marker: "x" })).rejects.toEqual(fault("InvalidMarkerException"));
  });

  test("on its way out cannot be used, comes back disabled, and is gone with its aliases once its time has come", async () => {
    const { call, clock, keyId, arn } = await withKey();
    const { CiphertextBlob } = await kms<EncryptCommandOutput>(call, "Encrypt", { KeyId: keyId, Plaintext: bytes("x") });
    await expect(kms(call, "ScheduleKeyDeletion", { KeyId: keyId, PendingWindowInDays: 6 })).rejects.toEqual(
      fault("ValidationException"),
    );
    await expect(kms(call, "ScheduleKeyDeletion", { KeyId: keyId, PendingWindowInDays: 7 })).resolves.toMatchObject({
      KeyId: arn,
      KeyState: "PendingDeletion",
      DeletionDate: new Date(clock.now + 7 * day),
    });
    await expect(kms(call, "Decrypt", { CiphertextBlob })).rejects.toMatchObject({
      code: "KMSInvalidStateException",
      message: `${arn} is pending deletion.`,
    });
    await expect(kms(call, "EnableKey", { KeyId: keyId })).rejects.toEqual(fault("KMSInvalidStateException"));
    await kms(call, "CancelKeyDeletion", { KeyId: keyId });
    await expect(kms(call, "Decrypt", { CiphertextBlob })).rejects.toEqual(fault("DisabledException"));
    await kms(call, "EnableKey", { KeyId: keyId });
    await kms(call, "Decrypt", { CiphertextBlob });
    await kms(call, "ScheduleKeyDeletion", { KeyId: keyId });
    clock.now += 30 * day;
    await expect(kms(call, "Decrypt", { CiphertextBlob })).rejects.toEqual(fault("NotFoundException"));
    expect(await kms<ListAliasesCommandOutput>(call, "ListAliases")).toMatchObject({ Aliases: [] });
    await kms(call, "CreateKey");
    expect(call.records.get(KmsKeys, keyId)).toBeUndefined();
    expect(call.records.list(KmsAliases)).toEqual([]);
  });
});

describe("an alias", () => {
  test("is another's once it was pointed to it", async () => {
    const { call } = await withKey();
    const { KeyMetadata: other } = await kms<CreateKeyCommandOutput>(call, "CreateKey");
    await kms(call, "UpdateAlias", { AliasName: "alias/shop", TargetKeyId: other?.KeyId });
    expect(resolveKey(call, "alias/shop").keyId).toBe(other?.KeyId);
    const { Aliases } = await kms<ListAliasesCommandOutput>(call, "ListAliases", { KeyId: other?.KeyId });
    expect(Aliases).toMatchObject([{ AliasName: "alias/shop", AliasArn: aliasOf("shop"), TargetKeyId: other?.KeyId }]);
    await kms(call, "DeleteAlias", { AliasName: "alias/shop" });
    expect(() => resolveKey(call, "alias/shop")).toThrow("is not found");
  });

  test.each([
    ["alias/shop", "AlreadyExistsException"],
    ["shop", "ValidationException"],
    ["alias/sh op", "InvalidAliasNameException"],
    ["alias/aws/shop", "NotAuthorizedException"],
  ])("named %s is refused with %s", async (AliasName, code) => {
    const { call, keyId } = await withKey();
    await expect(kms(call, "CreateAlias", { AliasName, TargetKeyId: keyId })).rejects.toEqual(fault(code));
  });
});

describe("a ciphertext", () => {
  const context = { shop: "one", order: "7" };

  test("names its key, and opens in the same context whatever its order", async () => {
    const { call, arn } = await withKey();
    const sealed = await kms<EncryptCommandOutput>(call, "Encrypt", {
      KeyId: "alias/shop",
      Plaintext: bytes("correct horse"),
      EncryptionContext: context,
    });
    expect(Buffer.from(sealed.CiphertextBlob ?? []).includes("correct horse")).toBe(false);
    const opened = await kms<DecryptCommandOutput>(call, "Decrypt", {
      CiphertextBlob: sealed.CiphertextBlob,
      EncryptionContext: { order: "7", shop: "one" },
    });
    expect(opened.KeyId).toBe(arn);
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe("correct horse");
  });

  test("is refused in another context, when it was changed, when it is no ciphertext, and of another key", async () => {
    const { call, keyId } = await withKey();
    const { KeyMetadata: other } = await kms<CreateKeyCommandOutput>(call, "CreateKey");
    const { CiphertextBlob = new Uint8Array() } = await kms<EncryptCommandOutput>(call, "Encrypt", {
      KeyId: keyId,
      Plaintext: bytes("x"),
      EncryptionContext: context,
    });
    const decrypt = (input: object) => kms(call, "Decrypt", { CiphertextBlob, EncryptionContext: context, ...input });
    await decrypt({ KeyId: keyId });
    await expect(decrypt({ EncryptionContext: { shop: "one" } })).rejects.toEqual(fault("InvalidCiphertextException"));
    await expect(decrypt({ CiphertextBlob: bytes("nonsense") })).rejects.toEqual(fault("InvalidCiphertextException"));
    await expect(decrypt({ KeyId: other?.KeyId })).rejects.toEqual(fault("IncorrectKeyException"));
    for (const at of [20, 35, CiphertextBlob.length - 1]) {
      const changed = Uint8Array.from(CiphertextBlob, (byte, index) => (index === at ? byte ^ 1 : byte));
      await expect(decrypt({ CiphertextBlob: changed })).rejects.toEqual(fault("InvalidCiphertextException"));
    }
  });

  test("of one key becomes one of another's", async () => {
    const { call, keyId, arn } = await withKey();
    const { KeyMetadata: other } = await kms<CreateKeyCommandOutput>(call, "CreateKey");
    const { CiphertextBlob } = await kms<EncryptCommandOutput>(call, "Encrypt", { KeyId: keyId, Plaintext: bytes("x") });
    const again = await kms<ReEncryptCommandOutput>(call, "ReEncrypt", {
      CiphertextBlob,
      DestinationKeyId: other?.KeyId,
      DestinationEncryptionContext: context,
    });
    expect(again).toMatchObject({ SourceKeyId: arn, KeyId: other?.Arn });
    const opened = await kms<DecryptCommandOutput>(call, "Decrypt", {
      CiphertextBlob: again.CiphertextBlob,
      EncryptionContext: context,
    });
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe("x");
  });

  test("of a disabled key stays closed", async () => {
    const { call, keyId, arn } = await withKey();
    await kms(call, "DisableKey", { KeyId: keyId });
    await expect(kms(call, "Encrypt", { KeyId: keyId, Plaintext: bytes("x") })).rejects.toMatchObject({
      code: "DisabledException",
      message: `${arn} is disabled.`,
    });
  });

  test("holds 4096 bytes and no more", async () => {
    const { call, keyId } = await withKey();
    await kms(call, "Encrypt", { KeyId: keyId, Plaintext: new Uint8Array(4096) });
    for (const length of [0, 4097])
      await expect(kms(call, "Encrypt", { KeyId: keyId, Plaintext: new Uint8Array(length) })).rejects.toEqual(
        fault("ValidationException"),
      );
  });
});

test.each([
  [{ KeySpec: "AES_256" }, 32],
  [{ KeySpec: "AES_128" }, 16],
  [{ NumberOfBytes: 64 }, 64],
])("a data key of %o has %d bytes, and its ciphertext opens to it", async (wish, length) => {
  const { call, keyId } = await withKey();
  const made = await kms<GenerateDataKeyCommandOutput>(call, "GenerateDataKey", { KeyId: keyId, ...wish });
  expect(made.Plaintext).toHaveLength(length);
  const opened = await kms<DecryptCommandOutput>(call, "Decrypt", { CiphertextBlob: made.CiphertextBlob });
  expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(made.Plaintext ?? []));
  const without = await kms<object>(call, "GenerateDataKeyWithoutPlaintext", { KeyId: keyId, ...wish });
  expect(Object.keys(without).sort()).toEqual(["CiphertextBlob", "KeyId"]);
});

test.each([{}, { KeySpec: "AES_256", NumberOfBytes: 32 }, { NumberOfBytes: 1025 }])(
  "a data key of %o is refused",
  async (wish) => {
    const { call, keyId } = await withKey();
    await expect(kms(call, "GenerateDataKey", { KeyId: keyId, ...wish })).rejects.toEqual(fault("ValidationException"));
  },
);

test("rotation is told as it was asked for", async () => {
  const { call, keyId } = await withKey();
  const status = () => kms(call, "GetKeyRotationStatus", { KeyId: keyId });
  expect(await status()).toMatchObject({ KeyRotationEnabled: false });
  await kms(call, "EnableKeyRotation", { KeyId: keyId, RotationPeriodInDays: 180 });
  expect(await status()).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 180 });
  await kms(call, "DisableKeyRotation", { KeyId: keyId });
  expect(await status()).toMatchObject({ KeyRotationEnabled: false });
  await expect(kms(call, "EnableKeyRotation", { KeyId: keyId, RotationPeriodInDays: 89 })).rejects.toEqual(
    fault("ValidationException"),
  );
});
