import { describe, expect, test } from "vitest";
import { decide } from "../../../src/parts/fabric/changes.js";
import { asApplied, nothing } from "../../../src/parts/fabric/live.js";
import { entryKey, NamespaceDraft, type FabricPlan } from "../../../src/parts/fabric/plan.js";
import { planPeering } from "../../../src/parts/fabric/plan-peering.js";
import { planServices } from "../../../src/parts/fabric/plan-services.js";
import { planInternet } from "../../../src/parts/fabric/plan-internet.js";
import { planVpc } from "../../../src/parts/fabric/plan-vpc.js";
import type { VpcSpec } from "../../../src/parts/fabric/spec.js";
import { rulesetText } from "../../../src/parts/fabric/text.js";
import { ourTables } from "../../../src/parts/host/leftovers.js";
import { all, peer } from "./everything.js";
import { flaskHa } from "./flask-ha.js";

const label = { code: "0f1a5c" };

/** A plan as people read it; the golden file is reviewed when it changes. */
const describePlan = (plan: FabricPlan): string =>
  [
    ...[...plan.links.values()].map(
      ({ a, b }) => `link ${a.namespace} ${a.name} (mtu ${a.mtu}, group ${a.group}) -- ${b.namespace} ${b.name}`,
    ),
    ...[...plan.namespaces.values()].flatMap(({ name, is, sysctls, entries, nft }) => [
      "",
      `== ${name}: ${is}`,
      ...[...sysctls].map(([path, value]) => `sysctl ${path} = ${value}`),
      ...entries,
      ...(nft === undefined ? [] : ["--", rulesetText(nft).trimEnd()]),
    ]),
    "",
  ].join("\n");

test("E1's network is planned as reviewed", async () => {
  await expect(describePlan(planVpc(flaskHa, label))).toMatchFileSnapshot("golden/flask-ha.txt");
});

test("a VPC with everything there is, and its peering connection, are planned as reviewed", async () => {
  const plans = [planVpc(all, label), planPeering("pcx-1", peer, all, label), planServices(label)];
  await expect(plans.map(describePlan).join("\n")).toMatchFileSnapshot("golden/everything.txt");
});

test("the internet is planned as reviewed", async () => {
  await expect(describePlan(planInternet(label))).toMatchFileSnapshot("golden/internet.txt");
});

test("a table of ours that is in the host's own ruleset is known for one", () => {
  const plans = [planVpc(all, label), planVpc(flaskHa, label), planServices(label), planInternet(label)];
  const tables = plans.flatMap((plan) => [...plan.namespaces.values()].flatMap(({ nft = [] }) => nft));
  expect([...new Set(tables.map(({ family, name }) => `${family} ${name}`))].sort()).toEqual([...ourTables].sort());
});

test("no two entries of a namespace are about the same thing", () => {
  for (const { entries } of planVpc(flaskHa, label).namespaces.values())
    expect(new Set([...entries].map(entryKey)).size).toBe(entries.size);
});

test("names of links fit into the kernel's 15 characters", () => {
  for (const { a, b } of planVpc(flaskHa, label).links.values())
    expect(Math.max(a.name.length, b.name.length)).toBeLessThanOrEqual(15);
});

test("no route leads link-local addresses away from their router", () => {
  const internet = { kind: "internet-gateway" } as const;
  const routes = ["169.254.0.0/16", "169.254.7.0/24", "203.0.113.0/24"].map((destination) => ({ destination, target: internet }));
  const spec: VpcSpec = {
    ...flaskHa,
    routeTables: flaskHa.routeTables.map((table) => (table.routeTableId === "rtb-public" ? { ...table, routes } : table)),
  };
  const entries = [...planVpc(spec, label).namespaces.values()].flatMap((namespace) => [...namespace.entries]);
  const beyond = entries.filter((entry) => /^route 169\.254\.[07]|^route 203/.test(entry));
  expect(beyond).toHaveLength(2);
  expect(beyond.every((entry) => entry.startsWith("route 203.0.113.0/24 via"))).toBe(true);
});

test("a spec whose parts do not belong together is a fault of the caller", () => {
  expect(() => planVpc({ ...flaskHa, subnets: [] }, label)).toThrow("which is not among its subnets");
  expect(() => planVpc({ ...flaskHa, routeTables: [] }, label)).toThrow("which is not among its route tables");
});

describe("changes", () => {
  const applied = asApplied(planVpc(flaskHa, label));
  const to = (spec: VpcSpec) => {
    const { brokenLinks, newNamespaces, sysctls, newLinks, ends, routers, oldLinks, oldNamespaces } = decide(
      applied,
      planVpc(spec, label),
    );
    const inside = [...ends, ...routers].map(({ namespace, lines, nft }) => [
      namespace.is,
      ...lines,
      ...(nft === undefined ? [] : ["nft"]),
    ]);
    const created = newNamespaces.map(({ name }) => name);
    return {
      created,
      links: newLinks.length,
      inside,
      removed: [...oldLinks.map(({ name }) => name), ...oldNamespaces],
      untouched: brokenLinks.length === 0 && sysctls.length === created.length,
    };
  };

  test("an unchanged network needs none", () => {
    expect(to(flaskHa)).toEqual({ created: [], links: 0, inside: [], removed: [], untouched: true });
  });

  test("everything is made when there is nothing", () => {
    const plan = planVpc(flaskHa, label);
    const changes = decide(nothing, plan);
    expect(changes.newLinks.length).toBe(plan.links.size);
    // The internet's namespace is another's to make.
    expect(changes.newNamespaces.length).toBe(plan.namespaces.size - 1);
  });

  test("a new rule is a new ruleset where members are, and nothing else", () => {
    const ssh = { protocol: "tcp", fromPort: 22, toPort: 22, peer: { cidr: "192.0.2.0/24" } };
    const spec = {
      ...flaskHa,
      securityGroups: flaskHa.securityGroups.map((group) =>
        group.groupId === "sg-rds" ? { ...group, ingress: [...group.ingress, ssh] } : group,
      ),
    };
    expect(to(spec)).toMatchObject({ links: 0, inside: [["the router of vpc-0f1a5c in eu-west-3c", "nft"]], untouched: true });
  });

  test("a route to another gateway replaces the one there was", () => {
    const spec: VpcSpec = {
      ...flaskHa,
      routeTables: flaskHa.routeTables.map((table) =>
        table.routeTableId === "rtb-private"
          ? { ...table, routes: [{ destination: "0.0.0.0/0", target: { kind: "internet-gateway" } }] }
          : table,
      ),
    };
    expect(to(spec).inside).toEqual([
      [
        "the router of vpc-0f1a5c in eu-west-3b",
        "neigh del 10.0.1.5 lladdr 02:0a:0a:00:01:05 dev z154681cea0 nud permanent",
        "route replace default via 169.254.254.1 dev igw onlink table 358515",
      ],
      ["the router of vpc-0f1a5c in eu-west-3c", "route replace default via 169.254.254.1 dev igw onlink table 358515"],
    ]);
  });

  test("an interface that goes takes its link and namespace with it", () => {
    const spec = { ...flaskHa, interfaces: flaskHa.interfaces.filter((nic) => nic.interfaceId !== "eni-db") };
    expect(to(spec)).toMatchObject({ created: [], links: 0, removed: ["e3c738a6f0b", "st-0f1a5c-eni-eni-db"] });
  });

  test("a subnet added in another zone renumbers nothing", () => {
    const spec: VpcSpec = {
      ...flaskHa,
      subnets: [{ subnetId: "subnet-a", cidr: "10.0.9.0/24", zone: "eu-west-3a", routeTableId: "rtb-a" }, ...flaskHa.subnets],
      routeTables: [{ routeTableId: "rtb-a", routes: [] }, ...flaskHa.routeTables],
    };
    const lines = to(spec).inside.flat();
    expect(lines.filter((line) => / del /.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith("rule add"))).toHaveLength(1);
  });
});

test("a namespace cannot be planned with two entries of which the kernel would keep one", () => {
  const router = new NamespaceDraft({ name: "r", is: "the router", kind: "router", entriesAre: "ours", sysctls: new Map() });
  router.add("route 198.18.1.0/24 dev igw table 5", "route 198.18.1.0/24 dev igw table 5");
  router.add("route 198.18.1.0/24 dev igw table 6");
  expect(router.done().entries.size).toBe(2);
  expect(() => router.add("route blackhole 198.18.1.0/24 table 5")).toThrow(/the router would hold both .*198.18.1.0/);
});
