import { expect, test } from "vitest";
import { physicalName } from "../../../src/region/stacks/naming.js";
import { resourceProviders } from "../../../src/region/stacks/providers/index.js";
import { openSpecification } from "../../../src/region/stacks/spec/specification.js";
import { nearest } from "../../../src/region/stacks/suggest.js";
import { ensureSpec } from "../../../scripts/compact-spec.js";

test.each([
  ["shop", "Web", 64, "shop-Web-ABCDEFGHIJKL"],
  ["a-very-long-stack-name", "TheLoadBalancer", 32, "a-very-lo-TheLoadBa-ABCDEFGHIJKL"],
  ["shop", "TheLoadBalancerOfThePublicSite", 32, "shop-TheLoadBalance-ABCDEFGHIJKL"],
])("the physical name of %s/%s within %d characters is %s", (stack, logical, maximum, expected) => {
  expect(physicalName(stack, logical, maximum, "ABCDEFGHIJKL")).toBe(expected);
});

test("a misspelt name finds its nearest", () => {
  expect(nearest("CidrBlok", ["CidrBlock", "VpcId"])).toBe("CidrBlock");
  expect(nearest("Colour", ["CidrBlock", "VpcId"])).toBeUndefined();
});

test("every modelled type is one of AWS's, and so are its properties and attributes", async () => {
  const specification = openSpecification(await ensureSpec());
  for (const { type, properties, attributes } of resourceProviders) {
    expect(specification.exists(type), type).toBe(true);
    const spec = specification.of(type);
    if (spec === undefined) continue; // AWS::CDK::Metadata
    expect(
      Object.keys(properties).filter((name) => !Object.hasOwn(spec.properties, name)),
      type,
    ).toEqual([]);
    expect(
      Object.keys(attributes).filter((name) => !spec.attributes.includes(name)),
      type,
    ).toEqual([]);
  }
});
