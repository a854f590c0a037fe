import { expect, test } from "vitest";
import { UserFault } from "../../src/faults.js";
import { imageParameters, parseParameters, planParameters } from "../../src/cli/up/parameters.js";

const template = {
  Parameters: {
    Size: { Type: "Number", Default: 2 },
    Password: { Type: "String", NoEcho: true, MinLength: 16, MaxLength: 20 },
    Owner: { Type: "String" },
  },
};
const none = { given: {}, remembered: {}, deployed: new Set<string>() };
const secret = () => "made-up";

test("name and value are parted at the first equals sign", () => {
  expect(parseParameters(["A=1", "B=x=y", "C="])).toEqual({ A: "1", B: "x=y", C: "" });
  expect(() => parseParameters(["A"])).toThrow("A is not of the form NAME=VALUE");
});

test("a secret without a default is made up once and remembered", () => {
  const first = planParameters({ template, ...none, given: { Owner: "me" } }, secret);
  expect(first).toEqual({ values: { Owner: "me", Password: "made-up" }, kept: [], generated: { Password: "made-up" } });
  const second = planParameters(
    { template, ...none, given: { Owner: "me" }, remembered: { Password: "made-up" } },
    () => "other",
  );
  expect(second).toEqual({ values: { Owner: "me", Password: "made-up" }, kept: [], generated: {} });
});

test("a made-up secret keeps to the lengths the template asks for", () => {
  const { values } = planParameters({ template, ...none, given: { Owner: "me" } });
  expect(values.Password).toMatch(/^[A-Za-z0-9]{20}$/);
});

test("a value the stack has already is left to the stack", () => {
  expect(planParameters({ template, ...none, deployed: new Set(["Password", "Owner"]) }, secret)).toEqual({
    values: {},
    kept: ["Password", "Owner"],
    generated: {},
  });
});

test("what is unknown and what is missing is said together", () => {
  const fault = caught(() => planParameters({ template, ...none, given: { Sise: "3" } }, secret));
  expect(fault.code).toBe("BadParameter");
  expect(fault.message).toBe(
    "the template has no parameter Sise (it has Size, Password, Owner); parameter Owner has no default and no value was given",
  );
  expect(fault.fix).toBe("add --parameter Owner=…");
});

test("image parameters are found as parameter types and as dynamic references", () => {
  const debian = "/aws/service/debian/release/12/latest/amd64";
  const amazon = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
  const found = imageParameters({
    Parameters: { Image: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: debian } },
    Resources: { One: { Type: "AWS::EC2::Instance", Properties: { ImageId: `{{resolve:ssm:${amazon}:1}}` } } as never },
  });
  expect(found).toEqual([amazon, debian].sort());
});

function caught(work: () => unknown): UserFault {
  try {
    work();
  } catch (error) {
    if (error instanceof UserFault) return error;
    throw error;
  }
  throw new Error("it did not throw");
}
