import { describe, expect, test } from "vitest";
import type { Answer, Query } from "../../../src/analysis/reachability/answer.js";
import { Reachability } from "../../../src/analysis/reachability/reachability.js";
import { Unknown } from "../../../src/environment/maybe.js";
import { allow, deny, everything, Networks, outAll, ping, rule, tcp, udp } from "../../support/networks.js";

/** Two public and two private subnets, a NAT gateway, an appliance, and a second and a third VPC behind peering connections. */
function shop(): Networks {
  return new Networks()
    .vpc("shop", "10.0.0.0/16")
    .vpc("office", "10.1.0.0/16")
    .vpc("far", "10.2.0.0/16")
    .internetGateway("igw", "shop")
    .peering("pcx", "shop", "office")
    .peering("pcx-far", "office", "far")
    .table("public", "shop", { "0.0.0.0/0": { kind: "internetGateway", id: "igw" } })
    .table("private", "shop", {
      "0.0.0.0/0": { kind: "natGateway", id: "nat" },
      "10.1.0.0/16": { kind: "peering", id: "pcx" },
      "10.2.0.0/16": { kind: "peering", id: "pcx" },
    })
    .table("office-main", "office", {
      "10.0.0.0/16": { kind: "peering", id: "pcx" },
      "10.2.0.0/16": { kind: "peering", id: "pcx-far" },
    })
    .table("far-main", "far", {
      "10.1.0.0/16": { kind: "peering", id: "pcx-far" },
      "10.0.0.0/16": { kind: "peering", id: "pcx-far" },
    })
    .subnet("front", "shop", "10.0.0.0/24", { table: "public" })
    .subnet("back", "shop", "10.0.1.0/24", { table: "private" })
    .subnet("desk", "office", "10.1.0.0/24")
    .subnet("attic", "far", "10.2.0.0/24")
    .natGateway("nat", "front", "10.0.0.99", "198.18.0.99")
    .group("web-sg", "shop", rule("in", tcp(443), "0.0.0.0/0"), outAll)
    .group("app-sg", "shop", rule("in", tcp(8080), "web-sg"), rule("in", ping, "10.0.0.0/8"), outAll)
    .group("shut-sg", "shop", rule("in", everything, "0.0.0.0/0"))
    .group("desk-sg", "office", rule("in", tcp(22), "10.0.0.0/16"), rule("in", udp(53), "app-sg"), outAll)
    .interface("web", "front", "10.0.0.10", ["web-sg"], { isPublic: true, publicAddress: "198.18.0.10" })
    .interface("bare", "front", "10.0.0.11", ["web-sg"])
    .interface("app", "back", "10.0.1.10", ["app-sg"])
    .interface("app2", "back", "10.0.1.11", ["app-sg"])
    .interface("shut", "back", "10.0.1.12", ["shut-sg"])
    .interface("desk1", "desk", "10.1.0.10", ["desk-sg"])
    .interface("attic1", "attic", "10.2.0.10", ["shut-sg", "app-sg"]);
}

const ends = (text: string): Query["from"] =>
  text === "internet"
    ? { kind: "internet" }
    : /^198\.|^203\./.test(text)
      ? { kind: "internet", address: text }
      : /^\d/.test(text)
        ? { kind: "address", address: text }
        : { kind: "interface", id: text };

const protocols: Record<string, number> = { tcp: 6, udp: 17, icmp: 1 };

/** `web -> app tcp 8080` */
function query(text: string): Query {
  const [from = "", , to = "", protocol = "", port] = text.split(" ");
  return {
    from: ends(from),
    to: ends(to),
    protocol: protocols[protocol] ?? Number(protocol),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

describe("who can open a connection", () => {
  const sound = new Reachability(shop().environment());
  test.each([
    ["web -> app tcp 8080", "a rule that names the sender's group lets it in"],
    ["internet -> web tcp 443", "a public address behind an attached internet gateway is open to the internet"],
    ["app -> internet tcp 443", "a private host goes out through the NAT gateway"],
    ["web -> internet tcp 80", "a public host goes out under its own address"],
    ["desk1 -> app icmp", "a peered VPC's host is let in by its address"],
    ["app -> desk1 tcp 22", "peering leads both ways where both have routes"],
    ["app -> desk1 udp 53", "a rule may name a group of the peered VPC"],
    ["app -> app2 icmp", "two hosts of a subnet need no route"],
    ["10.0.0.10 -> 10.0.1.10 tcp 8080", "addresses stand for who has them"],
    ["desk1 -> attic1 icmp", "each connection of a chain carries its own two VPCs"],
  ])("%s: %s", (text) => {
    const answer = sound.query(query(text));
    expect(answer.hops.filter(({ outcome }) => outcome !== "passes")).toEqual([]);
    expect(answer.reach).toBe("reachable");
  });

  test.each([
    ["app -> web tcp 80", /^no rule of web-sg lets in TCP 80/, "add to web-sg an inbound rule: TCP 80 from app-sg"],
    [
      "bare -> internet tcp 80",
      /has no public address/,
      "give bare a public address, or reach it through something that has one",
    ],
    [
      "internet -> bare tcp 443",
      /has no public address/,
      "give bare a public address, or reach it through something that has one",
    ],
    ["shut -> app tcp 8080", /^no rule of shut-sg lets out/, "add to shut-sg an outbound rule: TCP 8080 to app-sg"],
    ["web -> desk1 tcp 22", /the internet does not carry desk1/, undefined],
    ["app -> attic1 icmp", /peering is not transitive/, undefined],
    ["attic1 -> app icmp", /peering is not transitive/, undefined],
    ["internet -> nat-eni tcp 443", /refuses what begins outside/, undefined],
    ["app -> internet 47", /TCP, UDP and ICMP only/, undefined],
    ["app -> 10.0.0.77 tcp 80", /no interface of the VPC has 10.0.0.77/, undefined],
  ])("%s: %s", (text, why, opens) => {
    const answer = sound.query(query(text));
    expect(answer.hops.at(-1)?.why).toMatch(why);
    expect(answer.reach).toBe("blocked");
    if (opens !== undefined) expect(answer.opens).toBe(opens);
  });
});

/** Two subnets of a VPC with an internet gateway, each with a host that anybody may call and that may call anybody. */
function pair(): Networks {
  return new Networks()
    .vpc("v", "10.0.0.0/16")
    .internetGateway("igw", "v")
    .table("out", "v", { "0.0.0.0/0": { kind: "internetGateway", id: "igw" } })
    .group("open", "v", rule("in", everything, "0.0.0.0/0"), outAll)
    .subnet("left", "v", "10.0.0.0/24", { table: "out", acl: "left-acl" })
    .subnet("right", "v", "10.0.1.0/24", { table: "out", acl: "right-acl" })
    .acl("left-acl", "v", allow("in", 100), allow("out", 100))
    .acl("right-acl", "v", allow("in", 100), allow("out", 100))
    .interface("l", "left", "10.0.0.10", ["open"], { isPublic: true, publicAddress: "198.18.0.1" })
    .interface("r", "right", "10.0.1.10", ["open"]);
}

const ask = (networks: Networks, text: string): Answer => new Reachability(networks.environment()).query(query(text));
const outcome = ({ reach, hops, opens }: Answer): [string, string, string | undefined] => [
  reach,
  `${hops.at(-1)?.way}: ${hops.at(-1)?.why}`,
  opens,
];

describe("network ACLs", () => {
  test("the lowest number decides, and what would open it stands before it", () => {
    const networks = pair().acl("right-acl", "v", deny("in", 90, tcp(0, 1023)), allow("in", 100), allow("out", 100));
    expect(outcome(ask(networks, "l -> r tcp 80"))).toEqual([
      "blocked",
      "there: TCP 80 may not go into right from l (10.0.0.10): entry 90 denies it",
      "add to right-acl an inbound entry, before entry 90, that allows TCP 80 from 10.0.0.10/32",
    ]);
    expect(ask(networks, "l -> r tcp 8080").reach).toBe("reachable");
  });

  test("answers need their own way through: ACLs remember nothing", () => {
    const networks = pair().acl("right-acl", "v", allow("in", 100), allow("out", 100, tcp(443)));
    expect(outcome(ask(networks, "l -> r tcp 443"))).toEqual([
      "blocked",
      "back: answers (TCP 32768-60999) may not go out of right to l (10.0.0.10): no entry allows it",
      "add to right-acl an outbound entry that allows TCP 1024-65535 to 10.0.0.10/32",
    ]);
  });

  test("answers that reach a part of the client's ports are said to", () => {
    const networks = pair().acl("right-acl", "v", allow("in", 100), allow("out", 100, tcp(49152, 65535)));
    const answer = ask(networks, "l -> r tcp 443");
    expect(answer.reach).toBe("reachable");
    expect(answer.hops.map(({ why }) => why).join()).toContain(
      "only where the client's port is one of 49152-60999, of 32768-60999",
    );
  });

  test("ports that two ACLs let through one by one, and never together, do not open it", () => {
    const networks = pair()
      .acl("right-acl", "v", allow("in", 100), allow("out", 100, tcp(1024, 40000)))
      .acl("left-acl", "v", allow("in", 100, tcp(40001, 65535)), allow("out", 100));
    expect(ask(networks, "l -> r tcp 443").reach).toBe("blocked");
  });

  test("a message of ICMP that nobody answers needs no way back", () => {
    const networks = pair().acl("right-acl", "v", allow("in", 100));
    const to = { from: ends("l"), to: ends("r"), protocol: 1 };
    const reachability = new Reachability(networks.environment());
    expect(reachability.query({ ...to, icmp: [3, 4] }).reach).toBe("reachable");
    expect(reachability.query({ ...to, icmp: [8, 0] }).reach).toBe("blocked");
  });

  test("they are not asked within a subnet", () => {
    const networks = pair().acl("right-acl", "v").interface("r2", "right", "10.0.1.11", ["open"]);
    expect(ask(networks, "r -> r2 tcp 80").reach).toBe("reachable");
  });
});

describe("routes", () => {
  test.each([
    [
      "the longest prefix wins",
      { "0.0.0.0/0": { kind: "blackhole" }, "198.19.0.0/16": { kind: "internetGateway", id: "igw" } },
      "reachable",
    ],
    [
      "a blackhole takes what it holds",
      { "0.0.0.0/0": { kind: "internetGateway", id: "igw" }, "198.19.0.0/16": { kind: "blackhole" } },
      "blocked",
    ],
    ["without a route nothing leaves", {}, "blocked"],
    ["what is behind a transit gateway is not known", { "0.0.0.0/0": { kind: "transitGateway", id: "tgw" } }, "unknown"],
    [
      "a route whose target is not known may lead anywhere",
      { "0.0.0.0/0": new Unknown("the parameter Target has no value") },
      "unknown",
    ],
  ] as const)("%s", (_, routes, reach) => {
    expect(ask(pair().table("out", "v", routes), "l -> 198.19.0.10 tcp 80").reach).toBe(reach);
  });

  test("a public host that has no way back to the internet cannot be called from it", () => {
    const networks = pair().table("out", "v", {});
    expect(outcome(ask(networks, "internet -> l tcp 80"))).toEqual([
      "blocked",
      "back: no route for the internet",
      "add to out a route for 0.0.0.0/0 to igw",
    ]);
  });

  test("a peer without a route back does not answer", () => {
    const networks = shop().table("office-main", "office", {});
    expect(outcome(ask(networks, "app -> desk1 tcp 22"))).toEqual([
      "blocked",
      "back: no route for app (10.0.1.10)",
      "add to office-main a route for 10.0.0.0/16 to pcx",
    ]);
  });

  test("a peering connection that is not accepted carries nothing", () => {
    const networks = shop().peering("pcx", "shop", "office", false);
    expect(outcome(ask(networks, "app -> desk1 tcp 22"))).toEqual([
      "blocked",
      "there: it is not active",
      "accept the peering connection pcx",
    ]);
  });

  test("a gateway endpoint is reached by its own routes alone", () => {
    const service = "com.amazonaws.eu-west-3.s3";
    const networks = pair().endpoint("s3", "v", service);
    const to = { from: ends("l"), to: { kind: "endpoint", id: "s3" }, protocol: 6, port: 443 } as const;
    expect(new Reachability(networks.environment()).query(to).opens).toBe("associate out with the gateway endpoint");
    networks.table("out", "v", {}, [{ destination: { service }, target: { kind: "gatewayEndpoint", id: "s3" } }]);
    expect(new Reachability(networks.environment()).query(to).reach).toBe("reachable");
  });
});

describe("appliances", () => {
  const through = (check: boolean, back: boolean): Networks =>
    pair()
      .subnet("middle", "v", "10.0.2.0/24")
      .interface("firewall", "middle", "10.0.2.10", ["fw"], { sourceDestCheck: check })
      .group("fw", "v", rule("in", tcp(80), "0.0.0.0/0"), outAll)
      .table("out", "v", { "10.0.1.0/24": { kind: "interface", id: "firewall" } })
      .table("right-rt", "v", back ? { "10.0.0.0/24": { kind: "interface", id: "firewall" } } : {})
      .subnet("right", "v", "10.0.1.0/24", { table: "right-rt" });

  test("what is forwarded passes the appliance's own groups", () => {
    expect(ask(through(false, true), "l -> r tcp 80").reach).toBe("reachable");
    expect(ask(through(false, true), "l -> r tcp 81").hops.at(-1)?.at.name).toBe("firewall");
  });

  test("one that checks source and destination forwards nothing", () => {
    expect(ask(through(true, true), "l -> r tcp 80").opens).toBe("turn the source/destination check of firewall off");
  });

  test("answers may come another way, and then those of the way back are strangers to the appliance", () => {
    expect(ask(through(false, false), "l -> r tcp 80").reach).toBe("reachable");
    expect(outcome(ask(through(false, true), "r -> l tcp 80"))[0]).toBe("reachable");
    const oneWay = through(false, true).table("out", "v", {});
    expect(ask(oneWay, "l -> r tcp 80").hops.at(-1)).toMatchObject({ way: "back", at: { name: "firewall" }, outcome: "stops" });
  });

  test("rules that name a group do not hold for what is forwarded", () => {
    const networks = through(false, true)
      .group("named", "v", rule("in", tcp(80), "open"), outAll)
      .interface("r", "right", "10.0.1.10", ["named"]);
    const answer = ask(networks, "l -> r tcp 80");
    expect(answer.hops.at(-1)?.why).toBe("a rule of named that names a group does not hold for what comes through an appliance");
    expect(answer.opens).toBe("add to named an inbound rule: TCP 80 from 10.0.0.10/32");
  });
});

describe("what is not known", () => {
  const unknown = new Unknown("the parameter Office has no value");

  test("is no pass, and says why", () => {
    const networks = pair().group("open", "v", { direction: "ingress", traffic: tcp(22), peer: unknown }, outAll);
    expect(outcome(ask(networks, "l -> r tcp 22"))).toEqual([
      "unknown",
      expect.stringContaining("it has the address"),
      undefined,
    ]);
    expect(
      ask(networks, "l -> r tcp 22")
        .hops.filter((hop) => hop.outcome === "unknown")
        .map(({ why }) => why),
    ).toEqual(["whether open lets in TCP 22 from l (10.0.0.10) is not known: the parameter Office has no value"]);
    expect(ask(networks, "l -> r tcp 23").reach).toBe("blocked");
  });

  test("does not matter where another rule decides", () => {
    const networks = pair().group(
      "open",
      "v",
      { direction: "ingress", traffic: unknown, peer: unknown },
      rule("in", tcp(22), "10.0.0.0/16"),
      outAll,
    );
    expect(ask(networks, "l -> r tcp 22").reach).toBe("reachable");
  });

  test.each([
    ["a rule for the whole subnet holds for each of its addresses", "10.0.0.0/24", "reachable"],
    ["a rule for another subnet for none", "10.0.1.0/24", "blocked"],
    ["a rule for a part of it perhaps", "10.0.0.128/25", "unknown"],
  ])("an address that AWS will choose: %s", (_, cidr, reach) => {
    const networks = pair()
      .interface("l", "left", unknown, ["open"])
      .interface("r", "right", "10.0.1.10", ["tight"])
      .group("tight", "v", rule("in", tcp(22), cidr));
    expect(ask(networks, "l -> r tcp 22").reach).toBe(reach);
  });

  test("a database that may be in either of two subnets is reached where it is reached in both", () => {
    const networks = pair().interface("db", ["left", "right"], unknown, ["open"]);
    expect(ask(networks, "r -> db tcp 5432").reach).toBe("reachable");
    networks.acl("left-acl", "v", allow("out", 100));
    const answer = ask(networks, "r -> db tcp 5432");
    expect(answer.reach).toBe("unknown");
    expect(answer.hops.at(-1)?.why).toContain(
      "blocked with r in right and db in left; reachable with r in right and db in right",
    );
  });
});

describe("the internet", () => {
  test("is no single office: a rule for one address does not open anything to it", () => {
    const networks = pair().group(
      "open",
      "v",
      rule("in", tcp(22), "203.0.113.7/32"),
      rule("in", tcp(80), "0.0.0.0/1"),
      rule("in", tcp(80), "128.0.0.0/1"),
      outAll,
    );
    expect(ask(networks, "internet -> l tcp 22").reach).toBe("blocked");
    expect(ask(networks, "203.0.113.7 -> l tcp 22").reach).toBe("reachable");
    expect(ask(networks, "internet -> l tcp 80").reach).toBe("reachable");
  });

  test.each([
    ["who has it", "10.0.0.10"],
    ["who may have it", "10.0.1.77"],
    ["nobody", "10.9.9.9"],
  ])("carries no private address, be it of %s", (_, address) => {
    const chosen = new Unknown("AWS chooses it");
    const networks = pair().interface("r", "right", chosen, ["open"], { isPublic: true });
    expect(outcome(ask(networks, `internet -> ${address} tcp 80`))).toEqual([
      "blocked",
      `there: the internet does not carry ${address}: it is a private address`,
      undefined,
    ]);
    const from = { kind: "address", address: "203.0.113.7" } as const;
    const named = { from, to: { kind: "address", address }, protocol: 6, port: 80 } as const;
    expect(new Reachability(networks.environment()).query(named).reach).toBe("blocked");
    expect(ask(networks, "internet -> l tcp 80").reach).toBe("reachable");
  });

  test("all that is open to it is told in one go", () => {
    const networks = pair().group(
      "open",
      "v",
      rule("in", tcp(80, 89), "0.0.0.0/0"),
      rule("in", tcp(90), "0.0.0.0/0"),
      rule("in", udp(53), "0.0.0.0/0"),
      outAll,
    );
    const reachability = new Reachability(networks.environment());
    expect(reachability.opening({ kind: "internet" }, "l")).toEqual({
      open: [
        { protocol: 6, ports: [[80, 90]] },
        { protocol: 17, ports: [[53, 53]] },
      ],
      unknown: [],
    });
    expect(reachability.opening({ kind: "internet" }, "r")).toEqual({ open: [], unknown: [] });
  });
});
