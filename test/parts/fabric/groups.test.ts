import { expect, test } from "vitest";
import { planVpc } from "../../../src/parts/fabric/plan-vpc.js";
import type { GroupRuleSpec } from "../../../src/parts/fabric/spec.js";
import { rulesetText } from "../../../src/parts/fabric/text.js";
import { flaskHa } from "./flask-ha.js";

/** The chain that the database's ingress rules become. */
function chainOf(ingress: readonly GroupRuleSpec[], egress: readonly GroupRuleSpec[] = []): string[] {
  const securityGroups = flaskHa.securityGroups.map((group) =>
    group.groupId === "sg-rds" ? { ...group, ingress, egress } : group,
  );
  const plan = planVpc({ ...flaskHa, securityGroups }, { code: "0f1a5c" });
  const tables = [...plan.namespaces.values()].find(({ is }) => is.includes("eu-west-3c"))?.nft ?? [];
  const lines = rulesetText(tables)
    .split("\n")
    .map((line) => line.trim());
  const start = lines.findIndex((line, at) => line.endsWith("_in {") && lines[at + 1] === 'comment "sg-rds"');
  return lines.slice(start + 2, lines.indexOf("drop", start));
}

const anyone = { cidr: "0.0.0.0/0" };
const office = { cidr: "192.0.2.0/24" };
const everything: GroupRuleSpec = { protocol: "-1", peer: anyone };

test.each<[what: string, rule: GroupRuleSpec, line: string]>([
  ["one port", { protocol: "tcp", fromPort: 22, toPort: 22, peer: office }, "ip saddr 192.0.2.0/24 tcp dport 22 accept"],
  [
    "a range",
    { protocol: "udp", fromPort: 1000, toPort: 2000, peer: office },
    "ip saddr 192.0.2.0/24 udp dport 1000-2000 accept",
  ],
  ["all ports", { protocol: "tcp", fromPort: 0, toPort: 65535, peer: office }, "ip saddr 192.0.2.0/24 meta l4proto tcp accept"],
  ["protocol by number", { protocol: "6", fromPort: 80, toPort: 80, peer: office }, "ip saddr 192.0.2.0/24 tcp dport 80 accept"],
  ["another protocol", { protocol: "47", peer: office }, "ip saddr 192.0.2.0/24 meta l4proto 47 accept"],
  ["all protocols", { protocol: "-1", peer: office }, "ip saddr 192.0.2.0/24 accept"],
  ["all of ICMP", { protocol: "icmp", fromPort: -1, toPort: -1, peer: office }, "ip saddr 192.0.2.0/24 meta l4proto icmp accept"],
  ["an ICMP type", { protocol: "icmp", fromPort: 8, toPort: -1, peer: office }, "ip saddr 192.0.2.0/24 icmp type 8 accept"],
  [
    "type and code",
    { protocol: "icmp", fromPort: 3, toPort: 4, peer: office },
    "ip saddr 192.0.2.0/24 icmp type 3 icmp code 4 accept",
  ],
  [
    "a group's members",
    { protocol: "tcp", fromPort: 80, toPort: 80, peer: { groupId: "sg-ec2" } },
    "ip saddr @sg_ec2 tcp dport 80 accept",
  ],
])("a rule for %s", (_, rule, line) => {
  expect(chainOf([rule])).toEqual([line]);
});

test("a rule about IPv6 admits nothing", () => {
  expect(chainOf([{ protocol: "tcp", fromPort: 22, toPort: 22, peer: { cidr: "::/0" } }])).toEqual([]);
});

test("an open rule's flows are untracked when everything may go back", () => {
  const web: GroupRuleSpec = { protocol: "tcp", fromPort: 80, toPort: 80, peer: anyone };
  expect(chainOf([web], [everything])).toEqual(["ct state new tcp dport 80 ct mark set ct mark | 2", "tcp dport 80 accept"]);
  expect(chainOf([web], [])).toEqual(["tcp dport 80 accept"]);
  expect(chainOf([web], [{ protocol: "udp", fromPort: 0, toPort: 65535, peer: anyone }])).toEqual(["tcp dport 80 accept"]);
  expect(chainOf([web], [{ protocol: "tcp", fromPort: 443, toPort: 443, peer: anyone }])).toEqual(["tcp dport 80 accept"]);
});

test("ICMP is tracked in any case", () => {
  expect(chainOf([everything], [everything])).toEqual([
    "ct state new meta l4proto tcp ct mark set ct mark | 2",
    "ct state new meta l4proto udp ct mark set ct mark | 2",
    "accept",
  ]);
});
