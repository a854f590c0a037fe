import { describe, expect, test } from "vitest";
import { planVpc } from "../../../src/parts/fabric/plan-vpc.js";
import { rulesetChange } from "../../../src/parts/fabric/ruleset-changes.js";
import type { VpcSpec } from "../../../src/parts/fabric/spec.js";
import { chain, map, set, type Piece, type Table } from "../../../src/parts/fabric/text.js";
import { flaskHa } from "./flask-ha.js";

const table = (...pieces: Piece[]): Table[] => [{ family: "ip", name: "t", pieces }];
const line = (before: Table[], after: Table[]): string[] => {
  const change = rulesetChange(before, after);
  expect(change?.kind).toBe("line");
  return change?.text.split("; ") ?? [];
};

describe("a ruleset", () => {
  test("that is as it was needs nothing", () => {
    expect(
      rulesetChange(table(...set("s", "ipv4_addr", ["10.0.0.1"])), table(...set("s", "ipv4_addr", ["10.0.0.1"]))),
    ).toBeUndefined();
  });

  test("that is not known is written as a whole", () => {
    expect(rulesetChange(undefined, table(...set("s", "ipv4_addr", [])))).toEqual({
      kind: "file",
      text: "table ip t {}\ndelete table ip t\ntable ip t {\n  set s {\n    type ipv4_addr;\n  }\n}\n",
    });
    expect(rulesetChange(undefined, [])).toBeUndefined();
  });

  test("changes by the elements that come and go", () => {
    expect(
      line(table(...set("s", "ipv4_addr", ["10.0.0.1", "10.0.0.2"])), table(...set("s", "ipv4_addr", ["10.0.0.2", "10.0.0.3"]))),
    ).toEqual(["delete element ip t s { 10.0.0.1 }", "add element ip t s { 10.0.0.3 }"]);
  });

  test("changes by the chain whose rules differ", () => {
    expect(
      line(table(...chain("a", ["accept"]), ...chain("b", ["drop"])), table(...chain("a", ["drop"]), ...chain("b", ["drop"]))),
    ).toEqual(["flush chain ip t a", "add rule ip t a drop"]);
  });

  test("names nothing before it is there and nothing after it is gone", () => {
    const before = table(
      ...set("old", "ipv4_addr", ["10.0.0.1"]),
      ...chain("x", ["ip saddr @old accept"]),
      ...map("m", "ifname : verdict", ['"e" : goto x']),
    );
    const after = table(
      ...set("new", "ipv4_addr", ["10.0.0.1"]),
      ...chain("y", ["ip saddr @new accept"], undefined, "a comment"),
      ...map("m", "ifname : verdict", ['"e" : goto y']),
    );
    expect(rulesetChange(before, after)?.text).toBe(
      [
        "add set ip t new { type ipv4_addr; }",
        'add chain ip t y { comment "a comment"; }',
        'delete element ip t m { "e" : goto x }',
        "flush set ip t old",
        "flush chain ip t x",
        "add rule ip t y ip saddr @new accept",
        "add element ip t new { 10.0.0.1 }",
        'add element ip t m { "e" : goto y }',
        "delete chain ip t x",
        "delete set ip t old",
      ].join("; "),
    );
  });

  test.each<[what: string, before: Piece[], after: Piece[]]>([
    ["another hook", chain("c", [], "type filter hook input priority 0"), chain("c", [], "type filter hook output priority 0")],
    ["another type", set("s", "ipv4_addr", []), set("s", "ifname", [])],
    ["a set where a chain was", chain("s", []), set("s", "ifname", [])],
  ])("with %s is written as a whole", (_, before, after) => {
    expect(rulesetChange(table(...before), table(...after))?.kind).toBe("file");
  });

  test("on devices is written as a whole", () => {
    const on = (device: string): Table[] => [{ family: "netdev", name: "t", pieces: chain(device, ["accept"]) }];
    expect(rulesetChange(on("e0"), on("e1"))?.kind).toBe("file");
    expect(rulesetChange(on("e0"), [])).toEqual({ kind: "line", text: "delete table netdev t" });
  });

  test("with very much to change is not given to a session", () => {
    const many = Array.from({ length: 10000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    expect(rulesetChange(table(...set("s", "ipv4_addr", [])), table(...set("s", "ipv4_addr", many)))?.kind).toBe("file");
  });
});

describe("of a VPC", () => {
  const changes = (spec: VpcSpec): Record<string, string | undefined> => {
    const [before, after] = [flaskHa, spec].map((each) => planVpc(each, { code: "0f1a5c" }));
    return Object.fromEntries(
      [...after!.namespaces.values()].flatMap(({ name, is, nft }) => {
        const text = rulesetChange(before!.namespaces.get(name)?.nft ?? [], nft ?? [])?.text;
        return text === undefined ? [] : [[is, text]];
      }),
    );
  };

  test("a new rule is one chain", () => {
    const ssh = { protocol: "tcp", fromPort: 22, toPort: 22, peer: { cidr: "192.0.2.0/24" } };
    const securityGroups = flaskHa.securityGroups.map((group) =>
      group.groupId === "sg-rds" ? { ...group, ingress: [...group.ingress, ssh] } : group,
    );
    expect(changes({ ...flaskHa, securityGroups })).toMatchInlineSnapshot(`
      {
        "the router of vpc-0f1a5c in eu-west-3c": "flush chain ip vpc ga349bb754b_in; add rule ip vpc ga349bb754b_in ip saddr @sg_ec2 tcp dport 5432 accept; add rule ip vpc ga349bb754b_in ip saddr 192.0.2.0/24 tcp dport 22 accept; add rule ip vpc ga349bb754b_in drop",
      }
    `);
  });

  test("a new member is an element where the group is named, and another chain for the member itself", () => {
    const interfaces = flaskHa.interfaces.map((nic) =>
      nic.interfaceId === "eni-nlb-b" ? { ...nic, groupIds: ["sg-ec2"] } : nic,
    );
    expect(changes({ ...flaskHa, interfaces })).toMatchInlineSnapshot(`
      {
        "the router of vpc-0f1a5c in eu-west-3b": "delete element ip vpc sg_nlb { 10.0.0.10 }; delete element ip vpc ingress { "e8a7bf8b45b" : goto gf464dd100b_in }; delete element ip vpc egress { "e8a7bf8b45b" : goto gf464dd100b_out }; flush chain ip vpc gf464dd100b_in; flush chain ip vpc gf464dd100b_out; add element ip vpc ingress { "e8a7bf8b45b" : goto g0f225479da_in }; add element ip vpc egress { "e8a7bf8b45b" : goto g0f225479da_out }; delete chain ip vpc gf464dd100b_in; delete chain ip vpc gf464dd100b_out",
        "the router of vpc-0f1a5c in eu-west-3c": "delete element ip vpc sg_nlb { 10.0.0.10 }; add element ip vpc sg_ec2 { 10.0.0.10 }",
      }
    `);
  });
});
