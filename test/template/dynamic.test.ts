import { expect, test } from "vitest";
import { dynamicReferences, replaceDynamic, secretReference } from "../../src/template/dynamic.js";

const arn = "arn:aws:secretsmanager:eu-west-3:000000000000:secret:shop/db-AbCdEf";

test.each([
  ["shop", { secretId: "shop" }],
  ["shop:SecretString", { secretId: "shop" }],
  ["shop:SecretString:password", { secretId: "shop", jsonKey: "password" }],
  ["shop::password", { secretId: "shop", jsonKey: "password" }],
  ["shop:SecretString:password::", { secretId: "shop", jsonKey: "password" }],
  ["shop:SecretString:password:AWSPREVIOUS", { secretId: "shop", jsonKey: "password", stage: "AWSPREVIOUS" }],
  ["shop:SecretString:::v1", { secretId: "shop", versionId: "v1" }],
  [arn, { secretId: arn }],
  [`${arn}:SecretString:password::`, { secretId: arn, jsonKey: "password" }],
  [`${arn}::password`, { secretId: arn, jsonKey: "password" }],
  ["", undefined],
  ["shop:SecretBinary", undefined],
  ["shop:SecretString:password:AWSCURRENT:v1", undefined],
  ["shop:SecretString:password:::x", undefined],
])("secretsmanager:%s is %o", (key, expected) => {
  expect(secretReference(key)).toEqual(expected);
});

test("references are replaced wherever they are in texts, and what is read is not looked at again", () => {
  const value = { a: ["x{{resolve:ssm:/p}}-{{resolve:secretsmanager:s::k}}y"], b: 1, c: "{{resolve:ssm:/p" };
  expect(dynamicReferences(value).map(({ service, key }) => `${service} ${key}`)).toEqual(["ssm /p", "secretsmanager s::k"]);
  expect(replaceDynamic(value, ({ service }) => (service === "ssm" ? undefined : "$&{{resolve:ssm:/q}}"))).toEqual({
    a: ["x{{resolve:ssm:/p}}-$&{{resolve:ssm:/q}}y"],
    b: 1,
    c: "{{resolve:ssm:/p",
  });
});
