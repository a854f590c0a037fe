import { describe, expect, test } from "vitest";
import type { End, Hop, OpenPorts, Opening } from "../../../src/analysis/reachability/answer.js";
import { Reachability } from "../../../src/analysis/reachability/reachability.js";
import { Unknown } from "../../../src/environment/maybe.js";
import { everything, Networks, outAll, rule } from "../../support/networks.js";

const unknown = new Unknown("the parameter Block has no value");
const chosen = new Unknown("AWS chooses it");

/** VPCs with a host each, `<vpc>-host`, which everybody may call and which may call everybody. */
function vpcs(
  ...all: readonly (readonly [id: string, block: string | Unknown, subnet: string | Unknown, host: string | Unknown])[]
): Networks {
  const networks = new Networks();
  for (const [id, block, subnet, host] of all)
    networks
      .vpc(id, block)
      .group(`${id}-sg`, id, rule("in", everything, "0.0.0.0/0"), outAll)
      .subnet(`${id}-subnet`, id, subnet)
      .interface(`${id}-host`, `${id}-subnet`, host, [`${id}-sg`]);
  return networks;
}

const of = (id: string): End => ({ kind: "interface", id });
const isOnTcp = (ports: readonly OpenPorts[]): boolean => ports.some(({ protocol }) => protocol === "all" || protocol === 6);
const reachOn = ({ open, unknown: perhaps }: Opening): string =>
  isOnTcp(open) ? "reachable" : isOnTcp(perhaps) ? "unknown" : "blocked";

/** What is open from one host to another, by query, opening and matrix; they must be of one mind. */
function reach(networks: Networks, from: string, to: string): { readonly reach: string; readonly last: Hop | undefined } {
  const reachability = new Reachability(networks.environment());
  const answer = reachability.query({ from: of(from), to: of(to), protocol: 6, port: 80 });
  const matrix = reachability.matrix();
  const at = (id: string): number => matrix.classes.findIndex(({ members }) => members.includes(id));
  expect(reachOn(reachability.opening(of(from), to))).toBe(answer.reach);
  expect(reachOn(matrix.opening(at(from), at(to)))).toBe(answer.reach);
  return { reach: answer.reach, last: answer.hops.at(-1) };
}

describe("two VPCs with nothing between them", () => {
  test.each([
    ["the same block and the same address", "10.2.0.0/16", "10.2.1.0/24", "10.2.1.10"],
    ["the same block and other addresses", "10.2.0.0/16", "10.2.7.0/24", "10.2.7.10"],
    ["a block within the other's", "10.2.1.0/24", "10.2.1.0/24", "10.2.1.10"],
    ["a block around the other's", "10.0.0.0/8", "10.2.1.0/24", "10.2.1.10"],
    ["the same block, and addresses that AWS will choose", "10.2.0.0/16", "10.2.1.0/24", chosen],
  ])("reach nothing of each other: %s", (_, block, subnet, host) => {
    const networks = vpcs(["one", "10.2.0.0/16", "10.2.1.0/24", "10.2.1.10"], ["two", block, subnet, host]);
    expect(reach(networks, "one-host", "two-host").reach).toBe("blocked");
    expect(reach(networks, "two-host", "one-host").reach).toBe("blocked");
  });

  test("it is said which route keeps the packet, and where", () => {
    const networks = vpcs(["one", "10.2.0.0/16", "10.2.1.0/24", "10.2.1.10"], ["two", "10.2.0.0/16", "10.2.1.0/24", "10.2.1.11"]);
    expect(reach(networks, "one-host", "two-host").last).toMatchObject({
      step: "route",
      outcome: "stops",
      why: "the local route 10.2.0.0/16 keeps it in one, whose own addresses these are: two-host (10.2.1.11) is in two",
    });
  });

  test("so it is where only some of the addresses that a host may have are the other's", () => {
    const networks = vpcs(["one", "10.2.1.0/25", "10.2.1.0/25", "10.2.1.10"], ["two", "10.2.0.0/16", "10.2.1.0/24", chosen]);
    expect(reach(networks, "one-host", "two-host").reach).toBe("blocked");
  });

  test("so it is where nobody knows their blocks", () => {
    const networks = vpcs(["one", unknown, unknown, unknown], ["two", unknown, unknown, unknown]);
    expect(reach(networks, "one-host", "two-host").reach).toBe("blocked");
  });
});

test.each([
  ["the same block", "10.0.0.0/16", "10.0.7.0/24"],
  ["a block around the other's", "10.0.0.0/8", "10.9.0.0/24"],
])("a peering connection between VPCs that have %s is never made, and carries nothing", (_, block, subnet) => {
  const networks = vpcs(["one", "10.0.0.0/16", "10.0.1.0/24", "10.0.1.10"], ["two", block, subnet, chosen])
    .peering("pcx", "one", "two")
    .table("one-main", "one", { "10.9.0.0/24": { kind: "peering", id: "pcx" } })
    .table("two-main", "two", { "10.0.1.0/24": { kind: "peering", id: "pcx" } });
  expect(reach(networks, "one-host", "two-host").reach).toBe("blocked");
  expect(reach(networks, "two-host", "one-host").last).toMatchObject({ outcome: "stops" });
});

test("it is said of the connection which blocks overlap", () => {
  const networks = vpcs(["one", "10.0.0.0/16", "10.0.1.0/24", "10.0.1.10"], ["two", "10.9.0.0/16", "10.9.0.0/24", "10.9.0.10"])
    .vpc("two", "10.9.0.0/16", "10.0.128.0/17")
    .peering("pcx", "one", "two")
    .table("one-main", "one", { "10.9.0.0/16": { kind: "peering", id: "pcx" } })
    .table("two-main", "two", { "10.0.0.0/16": { kind: "peering", id: "pcx" } });
  expect(reach(networks, "one-host", "two-host").last).toMatchObject({
    step: "peering",
    outcome: "stops",
    why: "AWS does not make it, as the blocks of one (10.0.0.0/16) and two (10.0.128.0/17) overlap",
  });
});

describe("an address that two VPCs have", () => {
  /** `hub` is peered with both, and its route leads to `one`. */
  const hub = (): Networks =>
    vpcs(
      ["hub", "10.0.0.0/16", "10.0.1.0/24", "10.0.1.10"],
      ["two", "10.2.0.0/16", "10.2.1.0/24", "10.2.1.10"],
      ["one", "10.2.0.0/16", "10.2.1.0/24", "10.2.1.10"],
    )
      .peering("pcx-one", "hub", "one")
      .peering("pcx-two", "hub", "two")
      .table("hub-main", "hub", { "10.2.0.0/16": { kind: "peering", id: "pcx-one" } })
      .table("one-main", "one", { "10.0.0.0/16": { kind: "peering", id: "pcx-one" } })
      .table("two-main", "two", { "10.0.0.0/16": { kind: "peering", id: "pcx-two" } });

  test("is that of the VPC to which the route of a third one leads", () => {
    expect(reach(hub(), "hub-host", "one-host").reach).toBe("reachable");
    expect(reach(hub(), "one-host", "hub-host").reach).toBe("reachable");
    expect(reach(hub(), "hub-host", "two-host").reach).toBe("blocked");
    expect(reach(hub(), "two-host", "hub-host").last).toMatchObject({ step: "peering", way: "back", outcome: "stops" });
    expect(reach(hub(), "one-host", "two-host").reach).toBe("blocked");
  });

  test("is its own where it is named by an end in one of them, and nobody there has it", () => {
    const networks = vpcs(["one", "10.2.0.0/16", "10.2.1.0/24", "10.2.1.10"], ["two", "10.2.0.0/16", "10.2.1.0/24", "10.2.1.11"]);
    const query = { from: of("one-host"), to: { kind: "address", address: "10.2.1.11" }, protocol: 6, port: 80 } as const;
    const answer = new Reachability(networks.environment()).query(query);
    expect(answer.reach).toBe("blocked");
    expect(answer.hops.at(-1)?.why).toBe("no interface of the VPC has 10.2.1.11");
  });
});
