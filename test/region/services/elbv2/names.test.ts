import { describe, expect, test } from "vitest";
import { NetworkInterfaces } from "../../../../src/region/services/ec2/records.js";
import { balancerNames, publishedListeners } from "../../../../src/region/services/elbv2/names.js";
import { instance } from "../network.js";

import { Site } from "./site.js";

describe("names of a load balancer", () => {
  test("answer the nodes of healthy zones, or all when none is healthy", async () => {
    const site = await Site.make();
    const [a, b] = [instance(site.call, site.where, 0).instanceId, instance(site.call, site.where, 1).instanceId];
    await site.register(a, b);
    const [ofA, ofB] = site.call.records
      .list(NetworkInterfaces)
      .filter((nic) => nic.holder.kind === "balancer")
      .map((nic) => nic.autoPublicIp);
    const answers = (): readonly string[] | undefined => balancerNames(site.call, { view: "internet" })[0]?.addresses;
    expect(answers()).toEqual([ofA, ofB]);
    site.report({ a: { [a]: "healthy" }, b: { [b]: "unhealthy" } });
    expect(answers()).toEqual([ofA]);
    expect(balancerNames(site.call).slice(1)).toEqual([
      { name: expect.stringMatching(/^eu-west-3a\.web-/), addresses: [ofA] },
      { name: expect.stringMatching(/^eu-west-3b\.web-/), addresses: [ofB] },
    ]);
    expect(publishedListeners(site.call)).toEqual([{ loadBalancerName: "web", port: 80, publicIps: [ofA, ofB] }]);
    site.report({ a: { [a]: "unhealthy" }, b: { [b]: "healthy" } });
    expect(answers()).toEqual([ofB]);
    expect(publishedListeners(site.call)[0]?.publicIps).toEqual([ofB, ofA]);
  });
});
