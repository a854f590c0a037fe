import { describe, expect, test } from "vitest";
import type { VpcSpec } from "../../../src/parts/fabric/spec.js";
import { put, remove } from "../../../src/region/records/records.js";
import { Subnets, VpcPeeringConnections, Vpcs } from "../../../src/region/services/ec2/records.js";
import { NetworkKeeper } from "../../../src/region/upkeep/network.js";
import { recordsAlone } from "../../support/records.js";

const vpc = {
  vpcId: "vpc-1",
  cidr: "10.0.0.0/16",
  enableDnsSupport: true,
  enableDnsHostnames: false,
  mainRouteTableId: "rtb-1",
  defaultGroupId: "sg-1",
  tags: {},
};
const subnet = (id: string, cidr: string) => ({
  subnetId: id,
  vpcId: "vpc-1",
  cidr,
  zone: "eu-west-3a",
  mapPublicIpOnLaunch: false,
  tags: {},
});

/** A fabric that takes as long as the test wants. */
class SlowFabric {
  readonly applied: (VpcSpec | string)[] = [];
  private release: ((error?: Error) => void)[] = [];
  applyVpc(spec: VpcSpec): Promise<void> {
    return this.wait(spec);
  }
  removeVpc(vpcId: string): Promise<void> {
    return this.wait(vpcId);
  }
  finish(error?: Error): Promise<void> {
    this.release.shift()?.(error);
    return new Promise((resolve) => setImmediate(resolve));
  }
  private wait(what: VpcSpec | string): Promise<void> {
    this.applied.push(what);
    return new Promise((resolve, reject) => this.release.push((error) => (error === undefined ? resolve() : reject(error))));
  }
}

describe("networks", () => {
  test("those who ask while it is applied share the next application, which has all their changes", async () => {
    const { call } = recordsAlone();
    const fabric = new SlowFabric();
    const keeper = new NetworkKeeper(fabric, () => undefined);
    call.commit(put(Vpcs, "vpc-1", vpc));
    const first = keeper.apply(call, "vpc-1");
    call.commit(put(Subnets, "a", subnet("a", "10.0.1.0/24")));
    const second = keeper.apply(call, "vpc-1");
    call.commit(put(Subnets, "b", subnet("b", "10.0.2.0/24")));
    const third = keeper.apply(call, "vpc-1");
    await fabric.finish();
    await first;
    await fabric.finish();
    await Promise.all([second, third]);
    expect(fabric.applied.map((spec) => (typeof spec === "string" ? spec : spec.subnets.map((each) => each.subnetId)))).toEqual([
      [],
      ["a", "b"],
    ]);
  });

  test("a failure reaches those who waited for it, and the next application is tried all the same", async () => {
    const { call } = recordsAlone();
    const fabric = new SlowFabric();
    const keeper = new NetworkKeeper(fabric, () => undefined);
    call.commit(put(Vpcs, "vpc-1", vpc));
    const first = keeper.apply(call, "vpc-1").catch((error: Error) => error.message);
    const second = keeper.apply(call, "vpc-1").then(() => "done");
    await fabric.finish(new Error("no room"));
    await fabric.finish();
    expect(await first).toBe("no room");
    expect(await second).toBe("done");
  });

  test("a change of a VPC reaches those peered with it where they have to know, and no others", async () => {
    const { call } = recordsAlone();
    const fabric = new SlowFabric();
    const keeper = new NetworkKeeper(fabric, () => undefined);
    const peered = { ...vpc, vpcId: "vpc-2", cidr: "10.1.0.0/16" };
    call.commit(
      put(Vpcs, "vpc-1", vpc),
      put(Vpcs, "vpc-2", peered),
      put(VpcPeeringConnections, "pcx-1", {
        vpcPeeringConnectionId: "pcx-1",
        requesterVpcId: "vpc-1",
        accepterVpcId: "vpc-2",
        state: "active",
        createdAt: 0,
        tags: {},
      }),
    );
    const names = (): readonly string[] =>
      fabric.applied
        .splice(0)
        .map((spec) => (typeof spec === "string" ? spec : spec.vpcId))
        .sort();
    const applied = async (): Promise<readonly string[]> => {
      const done = keeper.apply(call, "vpc-1");
      for (let each = fabric.applied.length; each > 0; each--) await fabric.finish();
      await done;
      return names();
    };
    expect(await applied()).toEqual(["vpc-1", "vpc-2"]);
    expect(await applied()).toEqual(["vpc-1"]);
    call.commit(put(Subnets, "a", subnet("a", "10.0.1.0/24")));
    expect(await applied()).toEqual(["vpc-1", "vpc-2"]);
    call.commit(put(Subnets, "a", { ...subnet("a", "10.0.1.0/24"), mapPublicIpOnLaunch: true }));
    expect(await applied()).toEqual(["vpc-1"]);
  });

  test("a VPC that is gone from the records is removed", async () => {
    const { call } = recordsAlone();
    const fabric = new SlowFabric();
    const keeper = new NetworkKeeper(fabric, () => undefined);
    call.commit(put(Vpcs, "vpc-1", vpc));
    call.commit(remove(Vpcs, "vpc-1"));
    const done = keeper.apply(call, "vpc-1");
    await fabric.finish();
    await done;
    expect(fabric.applied).toEqual(["vpc-1"]);
  });
});
