import fc from "fast-check";
import { expect, test } from "vitest";
import type { End, Matrix, Opening, Query } from "../../../src/analysis/reachability/answer.js";
import { Reachability } from "../../../src/analysis/reachability/reachability.js";
import type { Environment } from "../../../src/environment/environment.js";
import { isKnown } from "../../../src/environment/maybe.js";
import type { Route, RouteTable } from "../../../src/environment/network.js";
import { generatedEnvironment, packetsFor } from "../../support/generated-networks.js";
import { opens, type Call } from "../../support/oracle.js";

const asCall = (end: End): Call["from"] =>
  end.kind === "internet" ? { internet: end.address ?? "" } : end.kind === "interface" ? end.id : "";

const isOpen = ({ open }: Opening, { protocol, port = 0, icmp: [type, code] = [8, 0] }: Query): boolean =>
  open.some(
    (each) =>
      each.protocol === "all" ||
      (each.protocol === protocol &&
        (each.ports?.some(([low, high]) => port >= low && port <= high) ?? true) &&
        (each.icmp?.some(([t, c]) => t === type && c === code) ?? true)),
  );

const classIn = (matrix: Matrix, end: End): number =>
  matrix.classes.findIndex(({ members, name }) =>
    end.kind === "interface" ? members.includes(end.id) : name === "internet 198.19.0.10",
  );

const said = ({ from, to, protocol, port }: Query): string =>
  `${JSON.stringify(from)} -> ${JSON.stringify(to)} ${protocol} ${port}`;

function agree(environment: Environment, every: number): void {
  const reachability = new Reachability(environment);
  const matrix = reachability.matrix();
  for (const query of packetsFor(environment).filter((_, at) => at % every === 0)) {
    const expected = opens(environment, { ...query, from: asCall(query.from), to: asCall(query.to) });
    const answer = reachability.query(query);
    expect(`${said(query)}: ${answer.reach}`).toBe(`${said(query)}: ${expected ? "reachable" : "blocked"}`);
    if (query.to.kind === "interface") {
      const opening = reachability.opening(query.from, query.to.id);
      expect(opening.unknown).toEqual([]);
      expect(`${said(query)}: ${isOpen(opening, query)}`).toBe(`${said(query)}: ${expected}`);
    }
    const [from, to] = [classIn(matrix, query.from), classIn(matrix, query.to)];
    if (from >= 0 && to >= 0)
      expect(`${said(query)}: ${isOpen(matrix.opening(from, to), query)}`).toBe(`${said(query)}: ${expected}`);
  }
}

/** Each environment carries some dozens of packets, others each time. */
test("query, opening and matrix say what a slow judge sees when it moves the packets one by one", () => {
  fc.assert(
    fc.property(generatedEnvironment(), fc.nat(12), (environment, more) => agree(environment, 11 + more)),
    { numRuns: 15 },
  );
}, 60_000);

test("so they do where answers take another way than the connection", () => {
  fc.assert(
    fc.property(generatedEnvironment({ asymmetric: true }), fc.nat(12), (environment, more) => agree(environment, 11 + more)),
    { numRuns: 15 },
  );
}, 60_000);

/** All subnets of a VPC have the same route table and ACL: also the one of its appliance, to which routes lead. */
function alike(environment: Environment): Environment {
  const all = [...environment.subnets.values()];
  const subnets = all.map((subnet): [string, typeof subnet] => {
    const { routeTable, acl } = all.find(({ vpc }) => vpc === subnet.vpc) ?? subnet;
    return [subnet.id, { ...subnet, routeTable, acl }];
  });
  return { ...environment, subnets: new Map(subnets) };
}

test.each([false, true])(
  "so they do where subnets differ by their blocks alone (answers take another way: %s)",
  (asymmetric) => {
    fc.assert(
      fc.property(generatedEnvironment({ asymmetric }), fc.nat(6), (environment, more) => agree(alike(environment), 5 + more)),
      { numRuns: 15 },
    );
  },
  60_000,
);

/**
 * A VPC gets another one's block: 10.2.0.0/16 becomes 10.0.0.0/16 wherever it stands. Its hosts get the addresses of the other's hosts too,
 * unless rules name groups: for AWS, members of a group are their addresses. Routes that AWS refuses are left out: a second one
 * for a destination, and one for the VPC's own addresses that leads through a peering connection.
 */
function overlapping(environment: Environment, moved: number): Environment {
  const namesGroups = [...environment.securityGroups.values()].some(({ rules }) =>
    rules.some(({ peer }) => isKnown(peer) && peer.kind === "group"),
  );
  const address = new RegExp(`"10\\.${moved}\\.(\\d+)\\.(\\d+)`, "g");
  const shifted = (host: string): number => (namesGroups && host !== "0" ? Number(host) + 20 : Number(host));
  const renamed = <T>(nodes: ReadonlyMap<string, T>): Map<string, T> => {
    const text = JSON.stringify([...nodes]).replace(address, (_, net: string, host: string) => `"10.0.${net}.${shifted(host)}`);
    return new Map(JSON.parse(text) as [string, T][]);
  };
  const routeTables = [...renamed(environment.routeTables)].map(([id, table]): [string, RouteTable] => {
    const [own] = environment.vpcs.get(String(table.vpc))?.cidrs ?? [];
    const isOwn = ({ destination }: Route): boolean =>
      (own === `10.${moved}.0.0/16` || own === "10.0.0.0/16") && /"10\.0\./.test(JSON.stringify(destination));
    const isMade = (route: Route, at: number): boolean => {
      const first = table.routes.findIndex(
        ({ destination }) => JSON.stringify(destination) === JSON.stringify(route.destination),
      );
      return first === at && !(isOwn(route) && isKnown(route.target) && route.target.kind === "peering");
    };
    return [id, { ...table, routes: table.routes.filter(isMade) }];
  });
  return {
    ...environment,
    vpcs: renamed(environment.vpcs),
    subnets: renamed(environment.subnets),
    acls: renamed(environment.acls),
    securityGroups: renamed(environment.securityGroups),
    interfaces: renamed(environment.interfaces),
    routeTables: new Map(routeTables),
  };
}

test.each([false, true])(
  "so they do where two VPCs have the same block and a peering connection, which AWS does not make (answers take another way: %s)",
  (asymmetric) => {
    const joined = generatedEnvironment({ asymmetric }).filter(({ vpcs }) => vpcs.size > 1);
    fc.assert(
      fc.property(joined, fc.nat(6), (environment, more) => agree(overlapping(environment, 1), 5 + more)),
      { numRuns: 15 },
    );
  },
  60_000,
);

test.each([false, true])(
  "so they do where two VPCs that nothing joins have the same block (answers take another way: %s)",
  (asymmetric) => {
    const three = generatedEnvironment({ asymmetric }).filter(({ vpcs }) => vpcs.size === 3);
    fc.assert(
      fc.property(three, fc.nat(6), (environment, more) => agree(overlapping(environment, 2), 5 + more)),
      { numRuns: 15 },
    );
  },
  60_000,
);
