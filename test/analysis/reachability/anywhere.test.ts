import { expect, test } from "vitest";
import type { End, OpenPorts, Query } from "../../../src/analysis/reachability/answer.js";
import { Reachability } from "../../../src/analysis/reachability/reachability.js";
import { Unknown } from "../../../src/environment/maybe.js";
import { Networks, outAll, rule, tcp } from "../../support/networks.js";

const unknown = new Unknown("the parameter Subnet has no value");
const nowhere = { subnetUnknown: unknown };

/** Hosts of which only the groups are known. */
const hosts = (): Reachability =>
  new Reachability(
    new Networks()
      .vpc("v", "10.0.0.0/16")
      .group("front", "v", rule("in", tcp(22), "0.0.0.0/0"), rule("in", tcp(23), "203.0.113.0/24"), outAll)
      .group("back", "v", rule("in", tcp(8080), "front"))
      .interface("web", [], unknown, ["front"], { ...nowhere, isPublic: unknown })
      .interface("app", [], unknown, ["back"], nowhere)
      .interface("bare", [], unknown, [], { ...nowhere, filtered: false })
      .environment(),
  );

const of = (id: string): End => (id === "internet" ? { kind: id } : { kind: "interface", id });
const only = (port: number): OpenPorts[] => [{ protocol: 6, ports: [[port, port]] }];

test.each<readonly [from: string, to: string, what: string, unknown: OpenPorts[]]>([
  ["internet", "web", "what its groups let everybody in on", only(22)],
  ["internet", "app", "nothing, as its groups name another group alone", []],
  ["web", "app", "what its groups let that group in on", only(8080)],
  ["app", "web", "nothing: its groups let nothing out", []],
  ["internet", "bare", "everything, where no group filters", [{ protocol: "all" }]],
])("from %s to %s, whose subnets are not known, may pass: %s", (from, to, _, ports) => {
  const reachability = hosts();
  expect(reachability.opening(of(from), to)).toEqual({ open: [], unknown: ports });
  const matrix = reachability.matrix();
  const at = (id: string): number => matrix.classes.findIndex(({ name, members }) => name === id || members[0] === id);
  expect(matrix.opening(at(from), at(to))).toEqual({ open: [], unknown: ports });
});

test.each([
  ["internet", "web", 22, "unknown", undefined],
  ["internet", "web", 443, "blocked", "add to front an inbound rule: TCP 443 from 0.0.0.0/0"],
  ["app", "web", 22, "blocked", "add to back an outbound rule: TCP 22 to front"],
])("whether %s reaches %s on TCP %i is %s", (from, to, port, reach, opens) => {
  const query: Query = { from: of(from), to: of(to), protocol: 6, port };
  const answer = hosts().query(query);
  expect([answer.reach, answer.opens]).toEqual([reach, opens]);
  expect(answer.hops[0]?.why).toContain("the parameter Subnet has no value");
});
