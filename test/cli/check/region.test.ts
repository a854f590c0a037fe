import { expect, test } from "vitest";
import { regionNamed } from "../../../src/cli/check/region.js";
import type { StackText } from "../../../src/cli/check/stacks.js";

const written = (text: string): StackText => ({ name: "shop", file: "shop.yaml", text });
const made = (region: string | undefined): StackText => ({
  ...written("{}"),
  made: { places: {}, names: {}, region, told: { told: [], missing: [] }, acknowledged: {} },
});

test.each<[string, readonly StackText[], ReturnType<typeof regionNamed>]>([
  ["what an app says", [made("eu-west-3")], { region: "eu-west-3" }],
  ["two regions of an app are none", [made("eu-west-3"), made("us-east-1")], { region: undefined }],
  ["one stack for a region and one for any are none", [made("eu-west-3"), made(undefined)], { region: undefined }],
  ["zones name it", [written("AvailabilityZone: us-west-1a")], { region: "us-west-1", because: "it names zones of it" }],
  [
    "zones of several templates",
    [written("a: us-gov-west-1a"), written("b: us-gov-west-1b")],
    { region: "us-gov-west-1", because: "it names zones of it" },
  ],
  ["zones of two regions", [written("a: us-west-1a, us-west-2b")], { region: undefined }],
  ["nothing does", [written("AvailabilityZone: !Select [0, !GetAZs '']")], "none"],
])("the region of stacks: %s", (_what, stacks, found) => expect(regionNamed(stacks)).toEqual(found));
