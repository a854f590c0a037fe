import { describe, expect, test, vi } from "vitest";
import { FabricFailed } from "../../../src/parts/fabric/failure.js";
import type { VpcSpec } from "../../../src/parts/fabric/spec.js";
import { put, remove } from "../../../src/region/records/records.js";
import { Subnets, VpcPeeringConnections, Vpcs } from "../../../src/region/services/ec2/records.js";
import { Housekeeping } from "../../../src/region/upkeep/housekeeping.js";
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

const keeperOf = (fabric: SlowFabric): NetworkKeeper =>
  new NetworkKeeper(
    fabric,
    () => undefined,
    () => undefined,
  );

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
  /** Resolves when something is being applied. */
  async begun(): Promise<void> {
    while (this.release.length === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  async finish(error?: Error): Promise<void> {
    await this.begun();
    this.release.shift()?.(error);
    await new Promise((resolve) => setImmediate(resolve));
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
    const keeper = keeperOf(fabric);
    call.commit(put(Vpcs, "vpc-1", vpc));
    const first = keeper.apply(call, "vpc-1");
    await fabric.begun();
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

  test("those who ask at once share the first one too", async () => {
    const { call } = recordsAlone();
    const fabric = new SlowFabric();
    const keeper = keeperOf(fabric);
    call.commit(put(Vpcs, "vpc-1", vpc));
    const asked = ["a", "b"].map((id, index) => {
      call.commit(put(Subnets, id, subnet(id, `10.0.${index}.0/24`)));
      return keeper.apply(call, "vpc-1");
    });
    await fabric.finish();
    await Promise.all(asked);
    await keeper.settled("vpc-1");
    expect(fabric.applied).toMatchObject([{ subnets: [{ subnetId: "a" }, { subnetId: "b" }] }]);
  });

  test("a failure reaches those who waited for it, and the next application is tried all the same", async () => {
    const { call } = recordsAlone();
    const fabric = new SlowFabric();
    const keeper = keeperOf(fabric);
    call.commit(put(Vpcs, "vpc-1", vpc));
    const first = keeper.apply(call, "vpc-1").catch((error: Error) => error.message);
    await fabric.begun();
    const second = keeper.apply(call, "vpc-1").then(() => "done");
    await fabric.finish(new Error("no room"));
    await fabric.finish();
    expect(await first).toBe("no room");
    expect(await second).toBe("done");
    await keeper.close();
  });

  test("what failed is tried again without being asked, and is a trouble until the kernel has it", async () => {
    const { call } = recordsAlone();
    const fabric = new SlowFabric();
    const keeper = keeperOf(fabric);
    const housekeeping = new Housekeeping(
      keeper,
      () => undefined,
      () => Promise.resolve([]),
    );
    call.commit(put(Vpcs, "vpc-1", vpc));
    const asked = keeper.apply(call, "vpc-1").catch((error: unknown) => error);
    await fabric.finish(new FabricFailed({ owner: "vpc-1", is: "eni-1", doing: "ip", said: "no room" }));
    expect(await asked).toMatchObject({
      code: "InternalFailure",
      status: 500,
      message: expect.stringContaining("no room") as string,
    });
    expect(housekeeping.troubles()).toMatchObject([{ kind: "network", id: "vpc-1", failures: 1 }]);
    await vi.waitFor(() => expect(fabric.applied).toHaveLength(2), 5000);
    await fabric.finish(new Error("not yet"));
    expect(housekeeping.troubles()).toMatchObject([{ failures: 2, message: "not yet" }]);
    await vi.waitFor(() => expect(fabric.applied).toHaveLength(3), 5000);
    await fabric.finish();
    expect(housekeeping.troubles()).toEqual([]);
    await housekeeping.close();
  });

  test("who finds nothing to change waits for what is outstanding, and has what failed tried at once", async () => {
    const { call } = recordsAlone();
    const fabric = new SlowFabric();
    const keeper = keeperOf(fabric);
    call.commit(put(Vpcs, "vpc-1", vpc));
    await keeper.upToDate(call);
    const asked = keeper.apply(call, "vpc-1").catch((error: Error) => error.message);
    const shared = keeper.upToDate(call).catch((error: Error) => error.message);
    await fabric.finish(new Error("no room"));
    expect(await Promise.all([asked, shared])).toEqual(["no room", "no room"]);
    const again = keeper.upToDate(call).catch((error: Error) => error.message);
    await fabric.finish(new Error("still no room"));
    expect(await again).toBe("still no room");
    expect(fabric.applied).toHaveLength(2);
    const last = keeper.upToDate(call);
    await fabric.finish();
    await last;
    await keeper.upToDate(call);
    expect(fabric.applied).toHaveLength(3);
    await keeper.close();
  });

  test("a region that stops tries no more, and says so to who waits", async () => {
    const { call } = recordsAlone();
    const fabric = new SlowFabric();
    const keeper = keeperOf(fabric);
    call.commit(put(Vpcs, "vpc-1", vpc));
    const current = keeper.apply(call, "vpc-1").catch((error: Error) => error.message);
    await fabric.begun();
    const next = keeper.apply(call, "vpc-1").catch((error: Error) => error.message);
    const closed = keeper.close();
    await fabric.finish(new Error("no room"));
    await closed;
    expect(await Promise.all([current, next])).toEqual(["no room", "The region is stopping."]);
    await expect(keeper.apply(call, "vpc-1")).rejects.toThrow("stopping");
    expect(fabric.applied).toHaveLength(1);
  });

  test("a change of a VPC reaches those peered with it where they have to know, and no others", async () => {
    const { call } = recordsAlone();
    const fabric = new SlowFabric();
    const keeper = keeperOf(fabric);
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
      // Everything that is to be applied has begun.
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
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
    const keeper = keeperOf(fabric);
    call.commit(put(Vpcs, "vpc-1", vpc));
    call.commit(remove(Vpcs, "vpc-1"));
    const done = keeper.apply(call, "vpc-1");
    await fabric.finish();
    await done;
    expect(fabric.applied).toEqual(["vpc-1"]);
  });
});
