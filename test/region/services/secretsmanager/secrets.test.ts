import type {
  BatchGetSecretValueCommandOutput,
  CreateSecretCommandOutput,
  DescribeSecretCommandOutput,
  GetSecretValueCommandOutput,
  ListSecretsCommandOutput,
  ListSecretVersionIdsCommandOutput,
  PutSecretValueCommandOutput,
} from "@aws-sdk/client-secrets-manager";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { createKey, resolveKey } from "../../../../src/region/services/kms/keys.js";
import { KmsKeys } from "../../../../src/region/services/kms/records.js";
import { secretsmanagerOperations } from "../../../../src/region/services/secretsmanager/operations.js";
import { SealedValues, Secrets } from "../../../../src/region/services/secretsmanager/records.js";
import { createSecret } from "../../../../src/region/services/secretsmanager/secrets.js";
import { textValue } from "../../../../src/region/services/secretsmanager/values.js";
import { recordsAlone, run } from "../../../support/records.js";

const ask = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(secretsmanagerOperations, name, call, input);
const fault = (code: string, message?: string) =>
  expect.objectContaining({ code, ...(message === undefined ? {} : { message: expect.stringContaining(message) as string }) });
const token = (letter: string): string => letter.repeat(32);
const day = 86_400_000;

async function withSecret(input: object = {}) {
  const clock = { now: Date.parse("2026-11-21T10:00:00Z") };
  const { call } = recordsAlone({ now: () => clock.now });
  const made = await ask<CreateSecretCommandOutput>(call, "CreateSecret", {
    Name: "shop/db",
    Description: "Of the web shop",
    SecretString: '{"password":"one"}',
    ClientRequestToken: token("1"),
    Tags: [{ Key: "team", Value: "shop" }],
    ...input,
  });
  const read = (also: object = {}) => ask<GetSecretValueCommandOutput>(call, "GetSecretValue", { SecretId: "shop/db", ...also });
  const write = (value: string, also: object = {}) =>
    ask<PutSecretValueCommandOutput>(call, "PutSecretValue", { SecretId: "shop/db", SecretString: value, ...also });
  const stages = async () =>
    (await ask<DescribeSecretCommandOutput>(call, "DescribeSecret", { SecretId: "shop/db" })).VersionIdsToStages;
  return { clock, call, arn: made.ARN ?? "", made, read, write, stages };
}

describe("a secret", () => {
  test("is found by name, ARN and ARN without its six characters", async () => {
    const { arn, made, read } = await withSecret();
    expect(made).toEqual({ ARN: arn, Name: "shop/db", VersionId: token("1") });
    expect(arn).toMatch(/^arn:aws:secretsmanager:eu-west-3:000000000000:secret:shop\/db-[A-Za-z0-9]{6}$/);
    for (const SecretId of ["shop/db", arn, arn.slice(0, -7)])
      expect(await read({ SecretId })).toEqual({
        ARN: arn,
        Name: "shop/db",
        VersionId: token("1"),
        SecretString: '{"password":"one"}',
        VersionStages: ["AWSCURRENT"],
        CreatedDate: new Date("2026-11-21T10:00:00Z"),
      });
    for (const SecretId of ["shop", "shop/d", arn.replace("eu-west-3", "us-east-1"), "db"])
      await expect(read({ SecretId })).rejects.toEqual(
        fault("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
      );
  });

  test("is described without what it does not have", async () => {
    const { call, arn, read } = await withSecret();
    await read();
    expect(await ask(call, "DescribeSecret", { SecretId: arn })).toEqual({
      ARN: arn,
      Name: "shop/db",
      Description: "Of the web shop",
      CreatedDate: new Date("2026-11-21T10:00:00Z"),
      LastChangedDate: new Date("2026-11-21T10:00:00Z"),
      LastAccessedDate: new Date("2026-11-21T00:00:00Z"),
      Tags: [{ Key: "team", Value: "shop" }],
      VersionIdsToStages: { [token("1")]: ["AWSCURRENT"] },
    });
  });

  test("may be binary, and may have no value yet", async () => {
    const { call } = await withSecret();
    const bytes = Uint8Array.from([0, 255, 128]);
    await ask(call, "CreateSecret", { Name: "binary", SecretBinary: bytes });
    const { SecretBinary, SecretString } = await ask<GetSecretValueCommandOutput>(call, "GetSecretValue", { SecretId: "binary" });
    expect([...(SecretBinary ?? [])]).toEqual([...bytes]);
    expect(SecretString).toBeUndefined();
    expect((await ask<CreateSecretCommandOutput>(call, "CreateSecret", { Name: "empty" })).VersionId).toBeUndefined();
    await expect(ask(call, "GetSecretValue", { SecretId: "empty" })).rejects.toEqual(
      fault("ResourceNotFoundException", "staging label: AWSCURRENT"),
    );
  });

  test.each<[object, string, string]>([
    [{ Name: "shop/db" }, "ResourceExistsException", "The operation failed because the secret shop/db already exists."],
    [{ Name: "sh op" }, "ValidationException", "Invalid name."],
    [{ Name: "" }, "ValidationException", "Invalid name."],
    [{ Name: "n".repeat(513) }, "ValidationException", "Invalid name."],
    [{ Name: "n", SecretString: "a", SecretBinary: Uint8Array.of(1) }, "InvalidParameterException", "both a binary"],
    [{ Name: "n", SecretString: "x".repeat(65_537) }, "ValidationException", "65536"],
    [{ Name: "n", SecretString: "x", ClientRequestToken: "short" }, "ValidationException", "clientRequestToken"],
    [{ Name: "n", SecretString: "x", KmsKeyId: "alias/nobody" }, "EncryptionFailure", "alias/nobody is not found"],
    [{ Name: "n", Tags: [{ Key: "aws:x", Value: "" }] }, "InvalidParameterException", "aws:x"],
  ])("wished as %o is refused with %s", async (input, code, message) => {
    const { call } = await withSecret();
    await expect(ask(call, "CreateSecret", input)).rejects.toEqual(fault(code, message));
    expect(call.records.list(Secrets)).toHaveLength(1);
  });

  test("created again with the same token and value is the same, and with another value it exists", async () => {
    const { call, made } = await withSecret();
    const again = { Name: "shop/db", ClientRequestToken: token("1"), SecretString: '{"password":"one"}' };
    expect(await ask(call, "CreateSecret", again)).toEqual(made);
    await expect(ask(call, "CreateSecret", { ...again, SecretString: "other" })).rejects.toEqual(
      fault("ResourceExistsException"),
    );
  });

  test("has its tags and its policy as they were given", async () => {
    const { call, arn } = await withSecret();
    await ask(call, "TagResource", { SecretId: arn, Tags: [{ Key: "a", Value: "1" }] });
    await ask(call, "UntagResource", { SecretId: arn, TagKeys: ["team"] });
    expect(await ask(call, "DescribeSecret", { SecretId: arn })).toMatchObject({ Tags: [{ Key: "a", Value: "1" }] });
    const policy = '{"Version":"2012-10-17","Statement":[]}';
    await ask(call, "PutResourcePolicy", { SecretId: arn, ResourcePolicy: policy });
    expect(await ask(call, "GetResourcePolicy", { SecretId: arn })).toMatchObject({ ResourcePolicy: policy });
    await expect(ask(call, "PutResourcePolicy", { SecretId: arn, ResourcePolicy: "{" })).rejects.toEqual(
      fault("MalformedPolicyDocumentException"),
    );
    await ask(call, "DeleteResourcePolicy", { SecretId: arn });
    expect(await ask(call, "GetResourcePolicy", { SecretId: arn })).toEqual({
      ARN: arn,
      Name: "shop/db",
      ResourcePolicy: undefined,
    });
  });
});

describe("versions", () => {
  test("AWSCURRENT is the last one put, AWSPREVIOUS the one before, and older ones are deprecated", async () => {
    const { call, write, read, stages } = await withSecret();
    await write("two", { ClientRequestToken: token("2") });
    expect(await stages()).toEqual({ [token("1")]: ["AWSPREVIOUS"], [token("2")]: ["AWSCURRENT"] });
    await write("three", { ClientRequestToken: token("3") });
    expect(await stages()).toEqual({ [token("2")]: ["AWSPREVIOUS"], [token("3")]: ["AWSCURRENT"] });
    expect((await read()).SecretString).toBe("three");
    expect((await read({ VersionStage: "AWSPREVIOUS" })).SecretString).toBe("two");
    expect((await read({ VersionId: token("1") })).SecretString).toBe('{"password":"one"}');
    const list = async (IncludeDeprecated: boolean) =>
      (
        await ask<ListSecretVersionIdsCommandOutput>(call, "ListSecretVersionIds", { SecretId: "shop/db", IncludeDeprecated })
      ).Versions?.map(({ VersionId }) => VersionId?.[0]);
    expect(await list(false)).toEqual(["2", "3"]);
    expect(await list(true)).toEqual(["1", "2", "3"]);
  });

  test("AWSPENDING leaves the current one alone until it is moved", async () => {
    const { call, write, read, stages } = await withSecret();
    await write("two", { ClientRequestToken: token("2"), VersionStages: ["AWSPENDING"] });
    expect((await read()).SecretString).toBe('{"password":"one"}');
    const move = (input: object) =>
      ask(call, "UpdateSecretVersionStage", { SecretId: "shop/db", VersionStage: "AWSCURRENT", ...input });
    await expect(move({ MoveToVersionId: token("2") })).rejects.toEqual(
      fault("InvalidParameterException", `currently attached to version ${token("1")}`),
    );
    await expect(move({ RemoveFromVersionId: token("1") })).rejects.toEqual(
      fault("InvalidParameterException", "You can only move staging label AWSCURRENT"),
    );
    await expect(move({ MoveToVersionId: token("9"), RemoveFromVersionId: token("1") })).rejects.toEqual(
      fault("ResourceNotFoundException", token("9")),
    );
    await move({ MoveToVersionId: token("2"), RemoveFromVersionId: token("1") });
    expect(await stages()).toEqual({ [token("1")]: ["AWSPREVIOUS"], [token("2")]: ["AWSPENDING", "AWSCURRENT"] });
    await move({ MoveToVersionId: token("1"), RemoveFromVersionId: token("2") });
    expect(await stages()).toEqual({ [token("1")]: ["AWSCURRENT"], [token("2")]: ["AWSPENDING", "AWSPREVIOUS"] });
    await move({ VersionStage: "AWSPENDING", RemoveFromVersionId: token("2") });
    expect(await stages()).toEqual({ [token("1")]: ["AWSCURRENT"], [token("2")]: ["AWSPREVIOUS"] });
  });

  test("a token that comes again with the same value changes nothing, with another it exists", async () => {
    const { call, write, stages } = await withSecret();
    await write("two", { ClientRequestToken: token("2") });
    await write("three", { ClientRequestToken: token("3") });
    const before = call.records.list(Secrets);
    expect((await write("two", { ClientRequestToken: token("2") })).VersionStages).toEqual(["AWSPREVIOUS"]);
    expect(call.records.list(Secrets)).toEqual(before);
    for (const name of ["PutSecretValue", "UpdateSecret"])
      await expect(
        ask(call, name, { SecretId: "shop/db", SecretString: "other", ClientRequestToken: token("2") }),
      ).rejects.toEqual(fault("ResourceExistsException", `You can't use ClientRequestToken ${token("2")}`));
    expect(await stages()).toEqual({ [token("2")]: ["AWSPREVIOUS"], [token("3")]: ["AWSCURRENT"] });
  });

  test.each<[object, string, string]>([
    [{ VersionId: token("9") }, "ResourceNotFoundException", `VersionId: ${token("9")}`],
    [{ VersionStage: "AWSPREVIOUS" }, "ResourceNotFoundException", "staging label: AWSPREVIOUS"],
    [{ VersionId: token("1"), VersionStage: "AWSPREVIOUS" }, "InvalidRequestException", "not associated"],
  ])("asked for as %o are a %s", async (also, code, message) => {
    const { read } = await withSecret();
    await expect(read(also)).rejects.toEqual(fault(code, message));
  });

  test("those without a label make way after a day when there are more than 100", async () => {
    const { call, clock, write } = await withSecret();
    for (let number = 2; number <= 100; number += 1) await write(String(number));
    await expect(write("101")).rejects.toEqual(fault("LimitExceededException"));
    clock.now += day;
    await write("101");
    expect(Object.keys(call.records.list(Secrets)[0]?.versions ?? {})).toHaveLength(100);
    expect(call.records.list(SealedValues)).toHaveLength(100);
    expect(call.records.list(SealedValues).some(({ versionId }) => versionId === token("1"))).toBe(false);
  });
});

describe("UpdateSecret", () => {
  test("changes what is stated, and a value is a version more", async () => {
    const { call, read, stages } = await withSecret();
    await ask(call, "UpdateSecret", { SecretId: "shop/db", Description: "other" });
    expect(await stages()).toEqual({ [token("1")]: ["AWSCURRENT"] });
    await ask(call, "UpdateSecret", { SecretId: "shop/db", SecretString: "two", ClientRequestToken: token("2") });
    expect(await stages()).toEqual({ [token("1")]: ["AWSPREVIOUS"], [token("2")]: ["AWSCURRENT"] });
    expect((await read()).SecretString).toBe("two");
    expect(await ask(call, "DescribeSecret", { SecretId: "shop/db" })).toMatchObject({ Description: "other" });
  });

  test("with another key encrypts anew what has a label of AWS's, and a disabled key keeps it closed", async () => {
    const { call, read, write } = await withSecret();
    await write("two");
    const key = createKey(call, { tags: {} });
    await ask(call, "UpdateSecret", { SecretId: "shop/db", KmsKeyId: key.arn });
    const { Versions = [] } = await ask<ListSecretVersionIdsCommandOutput>(call, "ListSecretVersionIds", { SecretId: "shop/db" });
    expect(Versions.map(({ KmsKeyIds }) => KmsKeyIds)).toEqual([[key.arn], [key.arn]]);
    expect((await read()).SecretString).toBe("two");
    call.commit(put(KmsKeys, key.keyId, { ...key, state: "Disabled" }));
    await expect(read()).rejects.toEqual(fault("DecryptionFailure", "is disabled"));
    await expect(write("three")).rejects.toEqual(fault("EncryptionFailure", "is disabled"));
    // The versions were encrypted with it, and with nothing else.
    const managed = resolveKey(call, "alias/aws/secretsmanager");
    call.commit(put(KmsKeys, key.keyId, key), put(KmsKeys, managed.keyId, { ...managed, state: "Disabled" }));
    expect((await read({ VersionStage: "AWSPREVIOUS" })).SecretString).toBe('{"password":"one"}');
  });
});

describe("a deletion", () => {
  test("waits 30 days or as many as are asked for, and can be taken back until then", async () => {
    const { call, clock, arn, read, write } = await withSecret();
    const remove = (input: object = {}) => ask(call, "DeleteSecret", { SecretId: "shop/db", ...input });
    for (const RecoveryWindowInDays of [6, 31])
      await expect(remove({ RecoveryWindowInDays })).rejects.toEqual(
        fault("InvalidParameterException", "between 7 and 30 days (inclusive)"),
      );
    await expect(remove({ RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true })).rejects.toEqual(
      fault("InvalidParameterException", "in conjunction"),
    );
    expect(await remove()).toEqual({ ARN: arn, Name: "shop/db", DeletionDate: new Date(clock.now + 30 * day) });
    const marked = fault("InvalidRequestException", "because it was marked for deletion");
    await expect(read()).rejects.toEqual(marked);
    await expect(write("two")).rejects.toEqual(marked);
    await expect(remove()).rejects.toEqual(fault("InvalidRequestException", "already scheduled for deletion"));
    await expect(ask(call, "CreateSecret", { Name: "shop/db" })).rejects.toEqual(
      fault("InvalidRequestException", "a secret with this name is already scheduled for deletion"),
    );
    expect(await ask(call, "ListSecrets")).toMatchObject({ SecretList: [] });
    expect(await ask(call, "ListSecrets", { IncludePlannedDeletion: true })).toMatchObject({ SecretList: [{ ARN: arn }] });
    await ask(call, "RestoreSecret", { SecretId: "shop/db" });
    expect((await read()).SecretString).toBe('{"password":"one"}');
    await remove({ RecoveryWindowInDays: 7 });
    clock.now += 7 * day;
    await expect(ask(call, "RestoreSecret", { SecretId: "shop/db" })).rejects.toEqual(fault("ResourceNotFoundException"));
    const again = await ask<CreateSecretCommandOutput>(call, "CreateSecret", { Name: "shop/db" });
    expect(again.ARN).not.toBe(arn);
    // Nothing of the old one is kept.
    expect([call.records.list(Secrets).length, call.records.list(SealedValues).length]).toEqual([1, 0]);
  });

  test("at once leaves nothing, and may be asked for again", async () => {
    const { call, read } = await withSecret();
    const remove = () => ask(call, "DeleteSecret", { SecretId: "shop/db", ForceDeleteWithoutRecovery: true });
    await remove();
    await expect(read()).rejects.toEqual(fault("ResourceNotFoundException"));
    expect([call.records.list(Secrets), call.records.list(SealedValues)]).toEqual([[], []]);
    await remove();
    await expect(ask(call, "DeleteSecret", { SecretId: "shop/db" })).rejects.toEqual(fault("ResourceNotFoundException"));
  });
});

test("a secret of a service can be read, and not changed or deleted by users", async () => {
  const { call } = await withSecret();
  const { secret } = createSecret(call, { name: "rds!db-1", owningService: "rds", value: textValue("one"), tags: {} });
  const on = { SecretId: secret.arn };
  expect(await ask(call, "GetSecretValue", on)).toMatchObject({ SecretString: "one" });
  expect(await ask(call, "DescribeSecret", on)).toMatchObject({ OwningService: "rds" });
  const refused = fault("InvalidRequestException", "managed by another service");
  for (const [name, input] of [
    ["PutSecretValue", { SecretString: "x" }],
    ["UpdateSecret", { Description: "x" }],
    ["DeleteSecret", {}],
    ["DeleteSecret", { ForceDeleteWithoutRecovery: true }],
    ["UpdateSecretVersionStage", { VersionStage: "AWSCURRENT" }],
  ] as const)
    await expect(ask(call, name, { ...on, ...input })).rejects.toEqual(refused);
  expect(await ask(call, "ListSecrets", { Filters: [{ Key: "owning-service", Values: ["rds"] }] })).toMatchObject({
    SecretList: [{ Name: "rds!db-1" }],
  });
});

describe("lists", () => {
  async function many() {
    const { call, clock, arn } = await withSecret();
    for (const [Name, Description, team] of [
      ["shop/cache", "Redis of the WebShop", "shop"],
      ["blog/db", "Nothing special", "blog"],
    ]) {
      clock.now += 1000;
      await ask(call, "CreateSecret", { Name, Description, SecretString: Name, Tags: [{ Key: "team", Value: team }] });
    }
    const names = async (input: object) =>
      (await ask<ListSecretsCommandOutput>(call, "ListSecrets", input)).SecretList?.map(({ Name }) => Name);
    return { call, arn, names };
  }

  test.each<[object[], string[]]>([
    [[{ Key: "name", Values: ["shop/"] }], ["shop/db", "shop/cache"]],
    [[{ Key: "name", Values: ["SHOP"] }], []],
    [[{ Key: "name", Values: ["!shop/"] }], ["blog/db"]],
    [[{ Key: "name", Values: ["blog", "shop/c"] }], ["shop/cache", "blog/db"]],
    [[{ Key: "description", Values: ["redis"] }], ["shop/cache"]],
    [[{ Key: "tag-value", Values: ["blog"] }], ["blog/db"]],
    [
      [
        { Key: "tag-key", Values: ["team"] },
        { Key: "name", Values: ["blog"] },
      ],
      ["blog/db"],
    ],
    [[{ Key: "all", Values: ["DB"] }], ["shop/db", "blog/db"]],
    [[{ Key: "all", Values: ["shop"] }], ["shop/db", "shop/cache"]],
    [[{ Key: "primary-region", Values: ["us-"] }], []],
  ])("filtered by %o give %o", async (Filters, expected) => {
    const { names } = await many();
    expect(await names({ Filters })).toEqual(expected);
  });

  test("come in pages and in the order that is asked for", async () => {
    const { call, names } = await many();
    const first = await ask<ListSecretsCommandOutput>(call, "ListSecrets", { MaxResults: 2 });
    const second = await ask<ListSecretsCommandOutput>(call, "ListSecrets", { MaxResults: 2, NextToken: first.NextToken });
    expect([first, second].map(({ SecretList }) => SecretList?.map(({ Name }) => Name))).toEqual([
      ["shop/db", "shop/cache"],
      ["blog/db"],
    ]);
    expect(second.NextToken).toBeUndefined();
    expect(await names({ SortOrder: "desc" })).toEqual(["blog/db", "shop/cache", "shop/db"]);
    expect(await names({ SortBy: "name" })).toEqual(["blog/db", "shop/cache", "shop/db"]);
    await expect(names({ NextToken: "x" })).rejects.toEqual(fault("InvalidNextTokenException"));
    await expect(names({ MaxResults: 101 })).rejects.toEqual(fault("InvalidParameterException"));
    await expect(names({ Filters: [{ Key: "colour", Values: ["red"] }] })).rejects.toEqual(fault("InvalidParameterException"));
  });

  test("of values tell what cannot be read beside what can", async () => {
    const { call, arn } = await many();
    const batch = (input: object) => ask<BatchGetSecretValueCommandOutput>(call, "BatchGetSecretValue", input);
    const { SecretValues, Errors } = await batch({ SecretIdList: [arn, "nobody", "blog/db"] });
    expect(SecretValues?.map(({ SecretString }) => SecretString)).toEqual(['{"password":"one"}', "blog/db"]);
    expect(Errors).toEqual([
      { SecretId: "nobody", ErrorCode: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret." },
    ]);
    const page = await batch({ Filters: [{ Key: "name", Values: ["shop"] }], MaxResults: 1 });
    const rest = await batch({ Filters: [{ Key: "name", Values: ["shop"] }], MaxResults: 1, NextToken: page.NextToken });
    expect(new Set([page, rest].flatMap((each) => each.SecretValues?.map(({ Name }) => Name)))).toEqual(
      new Set(["shop/cache", "shop/db"]),
    );
    await expect(batch({})).rejects.toEqual(fault("InvalidParameterException", "but not both"));
    await expect(batch({ SecretIdList: [arn], MaxResults: 1 })).rejects.toEqual(fault("InvalidParameterException"));
  });
});
