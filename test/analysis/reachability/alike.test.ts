import { expect, test } from "vitest";
import { Reachability } from "../../../src/analysis/reachability/reachability.js";
import { allow, everything, Networks, outAll, rule, tcp } from "../../support/networks.js";

/**
 * Subnets `near` and `through` have the same route table, and the same ACL, which lets nothing but calls out. Answers come back through an
 * appliance in `through`.
 */
const networks = new Networks()
  .vpc("v", "10.0.0.0/16")
  .table("back", "v", { "10.0.0.0/23": { kind: "interface", id: "appliance" } })
  .acl("calls", "v", allow("in", 10), allow("out", 10, tcp(443)))
  .subnet("near", "v", "10.0.0.0/24", { acl: "calls" })
  .subnet("through", "v", "10.0.1.0/24", { acl: "calls" })
  .subnet("far", "v", "10.0.2.0/24", { table: "back" })
  .group("open", "v", rule("in", everything, "0.0.0.0/0"), outAll)
  .interface("appliance", "through", "10.0.1.200", ["open"], { sourceDestCheck: false })
  .interface("other", "near", "10.0.0.10", ["open"])
  .interface("neighbour", "through", "10.0.1.10", ["open"])
  .interface("host", "far", "10.0.2.10", ["open"]);

test.each([
  ["other", "blocked"],
  ["neighbour", "reachable"],
])("subnets of one route table and one ACL are not alike where one is passed through: %s is %s", (from, reach) => {
  const reachability = new Reachability(networks.environment());
  const ends = { from: { kind: "interface", id: from }, to: { kind: "interface", id: "host" } } as const;
  expect(reachability.query({ ...ends, protocol: 6, port: 443 }).reach).toBe(reach);
  const matrix = reachability.matrix();
  const [source = -1, target = -1] = [from, "host"].map((id) => matrix.classes.findIndex(({ members }) => members.includes(id)));
  const isOpen = matrix
    .opening(source, target)
    .open.some(
      ({ protocol, ports: [[low = 0, high = 65535] = []] = [] }) =>
        protocol === "all" || (protocol === 6 && low <= 443 && 443 <= high),
    );
  expect(isOpen).toBe(reach === "reachable");
});
