import { expect, test } from "vitest";
import { internetName, servicesName } from "../../../src/parts/fabric/vpc.js";
import { cgroupPath } from "../../../src/parts/host/label.js";
import { regionsOwn } from "../../../src/region/control/leftovers.js";

const label = { code: "0f1a5c" };
const isOwn = (name: string): boolean => regionsOwn(label.code).some((own) => own.test(name));

test("what a region has whatever is in it is its own", () => {
  for (const name of [internetName(label), servicesName(label), cgroupPath(label, "region")])
    expect([name, isOwn(name)]).toEqual([name, true]);
});

test("what belongs to something in it, or to another region, is not", () => {
  for (const name of [`st-${label.code}-router-vpc-1-a`, "st-aaaaaa-internet-services", `st-${label.code}-internet-other`])
    expect([name, isOwn(name)]).toEqual([name, false]);
});
