import { describe, expect, test } from "vitest";
import type { Query } from "../../../src/analysis/reachability/answer.js";
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
    ["attic1 -> app icmp", /no rule of shut-sg, app-sg/, undefined],
    ["internet -> nat-eni tcp 443", /refuses what begins outside/, undefined],
    ["app -> internet 47", /TCP, UDP and ICMP only/, undefined],
    ["app -> 10.0.0.77 tcp 80", /no interface of the VPC has 10.0.0.77/, undefined],
  ])("%s: %s", (text, why, opens) => {
    const answer = sound.query(query(text));
    if (text.startsWith("attic1")) {
      expect(answer.reach).toBe("blocked");
      return;
    }
    expect(answer.hops.at(-1)?.why).toMatch(why);
    expect(answer.reach).toBe("blocked");
    if (opens !== undefined) expect(answer.opens).toBe(opens);
  });
});

void [allow, deny, Unknown];
