import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  internet,
  type AclRuleSpec,
  type GroupRuleSpec,
  type NetworkAclSpec,
  type VpcSpec,
} from "../../../src/parts/fabric/spec.js";
import { anyone, everything, nicOf, tcp, vpcOf } from "../../parts/fabric/vpcs.js";
import { TestNetwork } from "./environment.js";
import type { Host } from "./hosts.js";

/** Two zones; in the first, beside the usual interface, `near` in the same subnet and `far` in another one. */
const network = new TestNetwork();
const base = vpcOf("acl", 0, ["a", "b"]);
const vpc: VpcSpec = {
  ...base,
  subnets: [...base.subnets, { subnetId: "subnet-far", cidr: "10.0.5.0/24", zone: "eu-west-3a", routeTableId: "rtb-acl" }],
  interfaces: [
    ...base.interfaces,
    nicOf("near", "10.0.0.12", "subnet-acl-a", ["sg-acl"]),
    nicOf("far", "10.0.5.11", "subnet-far", ["sg-acl"]),
  ],
  publicAddresses: [{ publicIp: "198.18.0.31", interfaceId: "eni-acl-a" }],
};
let hosts: Record<"a" | "b" | "near" | "far" | "outside", Host>;

beforeAll(async () => {
  await network.fabric.applyVpc(vpc);
  const [a, b, near, far, outside] = await Promise.all([
    network.at("eni-acl-a", [80, 443]),
    network.at("eni-acl-b", [80, 443]),
    network.at("eni-near", [80]),
    network.at("eni-far", [80]),
    network.internet(),
  ]);
  hosts = { a, b, near, far, outside };
});

afterAll(async () => {
  expect(await network.end(vpc.vpcId)).toEqual([]);
});

const withVpc = async (spec: VpcSpec, work: () => Promise<void>): Promise<void> => {
  await network.fabric.applyVpc(spec);
  try {
    await work();
  } finally {
    await network.fabric.applyVpc(vpc);
  }
};

const rule = (
  action: AclRuleSpec["action"],
  protocol: string,
  ports?: readonly [number, number],
  cidr = anyone.cidr,
): AclRuleSpec => ({
  action,
  protocol,
  cidr,
  ...(ports === undefined ? {} : { fromPort: ports[0], toPort: ports[1] }),
});
const all = rule("allow", "-1");
const ephemeral = rule("allow", "tcp", [1024, 65535]);

/** The VPC with this ACL at the subnet of `a` and `near`. */
const withAcl = (acl: Partial<NetworkAclSpec>): VpcSpec => ({
  ...vpc,
  networkAcls: [{ networkAclId: "acl-1", ingress: [all], egress: [all], ...acl }],
  subnets: vpc.subnets.map((subnet) => (subnet.subnetId === "subnet-acl-a" ? { ...subnet, networkAclId: "acl-1" } : subnet)),
});

describe("a network ACL", () => {
  test("without rules shuts a subnet in, and leaves the inside alone", async () => {
    await withVpc(withAcl({ ingress: [], egress: [] }), async () => {
      const { a, b, near, far, outside } = hosts;
      expect(await near.call("10.0.0.11", 80)).toBe("eni-acl-a saw 10.0.0.12");
      expect(
        await Promise.all([b.silent("10.0.0.11", 80), far.silent("10.0.0.11", 80), outside.silent("198.18.0.31", 80)]),
      ).toEqual(["silence", "silence", "silence"]);
      expect(await Promise.all([a.silent("10.0.5.11", 80), a.silent(internet.host, 443)])).toEqual(["silence", "silence"]);
      expect(await far.call("10.0.1.11", 80)).toBe("eni-acl-b saw 10.0.5.11");
    });
  });

  test("is stateless: answers need a rule of their own", async () => {
    const inward = [rule("allow", "tcp", [80, 80])];
    await withVpc(withAcl({ ingress: inward, egress: [] }), async () => {
      expect(await hosts.b.silent("10.0.0.11", 80)).toBe("silence");
      await network.fabric.applyVpc(withAcl({ ingress: inward, egress: [ephemeral] }));
      expect(await hosts.b.call("10.0.0.11", 80)).toBe("eni-acl-a saw 10.0.1.11");
      expect(await hosts.b.silent("10.0.0.11", 443)).toBe("silence");
      expect(await hosts.outside.call("198.18.0.31", 80)).toBe("eni-acl-a saw 198.19.0.10");
    });
  });

  test("is read in order, the first rule that matches decides", async () => {
    const deny = rule("deny", "tcp", [80, 80], "10.0.1.0/24");
    await withVpc(withAcl({ ingress: [deny, all] }), async () => {
      expect(await hosts.b.silent("10.0.0.11", 80)).toBe("silence");
      expect(await hosts.b.call("10.0.0.11", 443)).toBe("eni-acl-a saw 10.0.1.11");
      expect(await hosts.far.call("10.0.0.11", 80)).toBe("eni-acl-a saw 10.0.5.11");
      await network.fabric.applyVpc(withAcl({ ingress: [all, deny] }));
      expect(await hosts.b.call("10.0.0.11", 80)).toBe("eni-acl-a saw 10.0.1.11");
    });
  });

  test("cuts a connection that lives", async () => {
    const still = await hosts.b.hold("10.0.0.11", 80);
    expect(await still()).toBe("alive");
    await withVpc(withAcl({ ingress: [rule("deny", "-1", undefined, "10.0.1.11/32"), all] }), async () => {
      expect(await still()).toBe("dead");
    });
  });

  test("tells ICMP by type and code", async () => {
    const echo = rule("allow", "icmp", [8, -1]);
    const reply = rule("allow", "1", [0, 0]);
    await withVpc(withAcl({ ingress: [echo], egress: [reply] }), async () => {
      expect(await hosts.b.ping("10.0.0.11")).toBe("0/0 from 10.0.0.11");
      expect(await hosts.a.ping("10.0.1.11")).toBe("silence");
      await network.fabric.applyVpc(withAcl({ ingress: [rule("allow", "icmp", [8, 1])], egress: [reply] }));
      expect(await hosts.b.ping("10.0.0.11")).toBe("silence");
    });
  });

  test("holds at every subnet that has it", async () => {
    const shut = withAcl({ ingress: [rule("deny", "-1", undefined, "10.0.5.0/24"), all] });
    const both = { ...shut, subnets: shut.subnets.map((subnet) => ({ ...subnet, networkAclId: "acl-1" })) };
    await withVpc(both, async () => {
      expect(await Promise.all(["10.0.0.11", "10.0.1.11"].map((to) => hosts.far.silent(to, 80)))).toEqual(["silence", "silence"]);
      expect(await hosts.b.call("10.0.0.11", 80)).toBe("eni-acl-a saw 10.0.1.11");
    });
  });
});

describe("a security group", () => {
  const withGroup = (ingress: readonly GroupRuleSpec[], egress: readonly GroupRuleSpec[] = [everything]): VpcSpec => ({
    ...vpc,
    securityGroups: [...vpc.securityGroups, { groupId: "sg-2", ingress, egress }],
    interfaces: vpc.interfaces.map((nic) => (nic.interfaceId === "eni-acl-a" ? { ...nic, groupIds: ["sg-2"] } : nic)),
  });
  const icmp = (type: number, code: number): GroupRuleSpec => ({ protocol: "icmp", fromPort: type, toPort: code, peer: anyone });

  test("filters within a subnet", async () => {
    await withVpc(withGroup([tcp(443)]), async () => {
      expect(await hosts.near.silent("10.0.0.11", 80)).toBe("silence");
      expect(await hosts.near.call("10.0.0.11", 443)).toBe("eni-acl-a saw 10.0.0.12");
    });
  });

  test("tells ICMP by type and code, and lets the answer through", async () => {
    await withVpc(withGroup([icmp(8, -1)], []), async () => {
      expect(await hosts.b.ping("10.0.0.11")).toBe("0/0 from 10.0.0.11");
      expect(await hosts.a.ping("10.0.1.11")).toBe("silence");
      await network.fabric.applyVpc(withGroup([icmp(8, 3)]));
      expect(await hosts.b.ping("10.0.0.11")).toBe("silence");
      await network.fabric.applyVpc(withGroup([icmp(8, 0)]));
      expect(await hosts.b.ping("10.0.0.11")).toBe("0/0 from 10.0.0.11");
      await network.fabric.applyVpc(withGroup([icmp(3, -1)]));
      expect(await hosts.b.ping("10.0.0.11")).toBe("silence");
    });
  });

  test("that admits all both ways tracks nothing: a rule's end is the flow's", async () => {
    const still = await hosts.b.hold("10.0.0.11", 80);
    expect(await still()).toBe("alive");
    await withVpc(withGroup([tcp(443)]), async () => {
      expect(await still()).toBe("dead");
    });
  });

  test("with narrow rules tracks: the flow outlives the rule, at either end", async () => {
    await withVpc(withGroup([tcp(80, { cidr: "10.0.0.0/16" })], [tcp(80, { cidr: "10.0.0.0/16" })]), async () => {
      const inward = await hosts.near.hold("10.0.0.11", 80);
      const outward = await hosts.a.hold("10.0.1.11", 80);
      await network.fabric.applyVpc(withGroup([], []));
      expect(await Promise.all([inward(), outward()])).toEqual(["alive", "alive"]);
      expect(await Promise.all([hosts.near.silent("10.0.0.11", 80), hosts.a.silent("10.0.1.11", 80)])).toEqual([
        "silence",
        "silence",
      ]);
    });
  });
});
