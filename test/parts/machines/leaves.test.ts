import { expect, test } from "vitest";
import { listing } from "../../../src/parts/machines/leaves.js";

const paths = [
  "meta-data/instance-id",
  "meta-data/public-keys",
  "meta-data/public-keys/0/openssh-key",
  "meta-data/placement/region",
  "meta-data/placement/availability-zone",
  "user-data",
];

test.each([
  ["the topmost folder, without slashes", "", ["meta-data", "user-data"]],
  ["folders with a slash behind them", "meta-data", ["instance-id", "placement/", "public-keys/"]],
  ["in alphabetical order", "meta-data/placement", ["availability-zone", "region"]],
  ["below a path that is also a leaf", "meta-data/public-keys/0", ["openssh-key"]],
  ["nothing for a folder that is not there", "meta-data/iam", undefined],
  ["nothing for the beginning of a name", "meta-data/place", undefined],
])("a listing has %s", (_, folder, expected) => {
  expect(listing(paths, folder)).toEqual(expected);
});
