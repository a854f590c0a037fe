import { expect, test } from "vitest";
import { glob } from "../../../../src/region/services/ec2/glob.js";
import { select } from "../../../../src/region/services/ec2/lists.js";

test.each([
  ["", "", true],
  ["", "a", false],
  ["web", "web", true],
  ["web", "web1", false],
  ["web", "Web", false],
  ["*", "", true],
  ["*", "any\ntext", true],
  ["web*", "web", true],
  ["*eb", "web-eb", true],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "a-c-b", false],
  ["?", "", false],
  ["?", "é", true],
  ["?", "😀", true],
  ["w?b", "web", true],
  ["w?b", "wb", false],
  ["**?", "a", true],
  ["10.0.0.*", "10x0x0x1", false],
  ["\\*", "*", true],
  ["\\*", "a", false],
  ["a\\?*", "a?b", true],
  ["\\\\", "\\", true],
  ["\\", "\\", true],
  ["[a]+(b)$", "[a]+(b)$", true],
] as const)("the filter value %j against %j: %j", (pattern, text, expected) => {
  expect(glob(pattern)(text)).toBe(expected);
});

test("a filter with many wildcards does not hold up the region, whatever the tag", { timeout: 5_000 }, () => {
  const items = [{ id: "vpc-1", tags: { Name: "a".repeat(255) } }];
  const { page } = select(
    items,
    { Filters: [{ Name: "tag:Name", Values: ["*a*a*a*a*b"] }] },
    { id: ({ id }) => id, notFound: ["InvalidVpcID.NotFound", "vpc ID"], filters: {} },
  );
  expect(page).toEqual([]);
});
