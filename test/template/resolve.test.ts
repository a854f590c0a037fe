import { describe, expect, test } from "vitest";
import { noValue, resolve, ResolutionFault, resolveCondition, type Lookup } from "../../src/template/resolve.js";
import { readText } from "../../src/template/text.js";
import type { Value } from "../../src/template/value.js";

const lookup: Lookup = {
  ref: (name) =>
    ({ Env: "prod", Count: "3", Ids: ["a", "b"], "AWS::Region": "eu-west-3", "AWS::NoValue": noValue })[name] as
      | Value
      | undefined,
  attribute: (logicalId, name) => (logicalId === "Db" ? `db.${name}` : undefined),
  condition: (name) => name === "IsProd",
  mapping: (name) => (name === "Images" ? { "eu-west-3": { arm: "ami-1", list: ["x", "y"] } } : undefined),
  imported: (name) => (name === "shop-vpc" ? "vpc-9" : undefined),
  zones: (region) => (region === "eu-west-3" ? ["eu-west-3a", "eu-west-3b", "eu-west-3c"] : undefined),
};

/** The value of one YAML expression. */
const valueOf = (yaml: string): unknown => resolve(readText(yaml).value ?? null, lookup);

describe("a function whose names are known has a value", () => {
  test.each<[string, unknown]>([
    ["!Ref Env", "prod"],
    ["{ Ref: Ids }", ["a", "b"]],
    ["!GetAtt Db.Endpoint.Address", "db.Endpoint.Address"],
    ["!GetAtt [Db, Endpoint.Port]", "db.Endpoint.Port"],
    ['{ "Fn::GetAtt": "Db.Arn" }', "db.Arn"],
    ['!Join ["-", [a, !Ref Env, 1]]', "a-prod-1"],
    ['!Join [",", !Ref Ids]', "a,b"],
    ['!Split [".", a.b]', ["a", "b"]],
    ["!Select [1, !Ref Ids]", "b"],
    ['!Select ["2", !GetAZs ""]', "eu-west-3c"],
    ["!GetAZs eu-west-3", ["eu-west-3a", "eu-west-3b", "eu-west-3c"]],
    ["!FindInMap [Images, !Ref AWS::Region, arm]", "ami-1"],
    ["!FindInMap [Images, eu-west-3, list]", ["x", "y"]],
    ["!Sub ${Env}-${AWS::Region}", "prod-eu-west-3"],
    ["!Sub ${Db.Arn}/${!Literal}", "db.Arn/${Literal}"],
    ['!Sub ["${A}${Env}", { A: !Ref Count }]', "3prod"],
    ['!Sub ["${A.B}", { A.B: x }]', "x"],
    ["!Base64 hé", "aMOp"],
    ["!ImportValue { 'Fn::Sub': 'shop-vpc' }", "vpc-9"],
    ["!If [IsProd, yes, no]", "yes"],
    ["!If [IsTest, yes, !Ref Env]", "prod"],
    ["{ A: !If [IsTest, 1, !Ref AWS::NoValue], B: 2 }", { B: 2 }],
    ["[1, !Ref AWS::NoValue, 2]", [1, 2]],
    ["!Cidr [10.0.0.0/16, 3, 8]", ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]],
    ["!Select [1, !Cidr [192.168.0.0/24, 6, 5]]", "192.168.0.32/27"],
    ["!Cidr [2001:db8::/56, 2, 64]", ["2001:db8::/64", "2001:db8:0:1::/64"]],
  ])("%s", (yaml, expected) => {
    expect(valueOf(yaml)).toEqual(expected);
  });
});

describe("what is not known yet stays, with its known arguments resolved", () => {
  test.each<[string, unknown]>([
    ["!Ref Vpc", { Ref: "Vpc" }],
    ["!GetAtt Web.PrivateIp", { "Fn::GetAtt": ["Web", "PrivateIp"] }],
    ["!Sub ${Env}-${Vpc}-${Env}", { "Fn::Join": ["", ["prod-", { Ref: "Vpc" }, "-prod"]] }],
    ['!Join ["-", [!Ref Env, !Ref Vpc]]', { "Fn::Join": ["-", ["prod", { Ref: "Vpc" }]] }],
    ["!Select [0, [!Ref Env, !Ref Vpc]]", "prod"],
    ["!Base64 { Ref: Vpc }", { "Fn::Base64": { Ref: "Vpc" } }],
  ])("%s", (yaml, expected) => {
    expect(valueOf(yaml)).toEqual(expected);
  });
});

describe("an expression without a value says why", () => {
  test.each([
    ["!Select [2, !Ref Ids]", "Fn::Select cannot select nonexistent value at index 2"],
    ["!Select [x, !Ref Ids]", "Fn::Select index must be a number"],
    ["!FindInMap [Images, us-east-1, arm]", "Unable to get mapping for Images::us-east-1::arm"],
    ["!GetAZs mars-north-1", "does not know the availability zones"],
    ["!Cidr [10.0.0.0/24, 3, 8]", "has no room for 3 blocks of 8 bits"],
    ["!Cidr [10.0.0.0, 3, 8]", "needs a CIDR block"],
    ['!Join [",", [[1]]]', "Fn::Join object requires"],
    ["!Sub ${Ids}", "must resolve to a string"],
  ])("%s", (yaml, expected) => {
    expect(() => valueOf(yaml)).toThrow(expected);
    expect(() => valueOf(yaml)).toThrow(ResolutionFault);
  });
});

describe("a condition is true or false", () => {
  test.each<[string, boolean]>([
    ["!Equals [!Ref Env, prod]", true],
    ["!Equals [!Ref Count, 3]", true],
    ["!Not [!Equals [a, a]]", false],
    ["!And [Condition: IsProd, !Equals [a, a]]", true],
    ["!Or [!Condition IsTest, Condition: IsProd]", true],
    ["{ Condition: IsTest }", false],
  ])("%s", (yaml, expected) => {
    expect(resolveCondition(readText(yaml).value ?? null, lookup)).toBe(expected);
  });
});
