import { expect, test } from "vitest";
import type { End, OpenPorts } from "../../../src/analysis/reachability/answer.js";
import { pairsOf } from "../../../src/analysis/reachability/quantified.js";
import { Reachability } from "../../../src/analysis/reachability/reachability.js";
import { Unknown } from "../../../src/environment/maybe.js";
import { everything, Networks, outAll, rule, tcp } from "../../support/networks.js";

const chosen = new Unknown("AWS chooses it");

/** In one of two subnets, of which `routed` lead to the internet. Its group lets each half of the internet in on another port. */
function database(...routed: readonly ("left" | "right")[]): Reachability {
  const networks = new Networks()
    .vpc("v", "10.0.0.0/16")
    .internetGateway("igw", "v")
    .table("out", "v", { "0.0.0.0/0": { kind: "internetGateway", id: "igw" } })
    .group("sg", "v", rule("in", tcp(5432), "0.0.0.0/1"), rule("in", tcp(5433), "128.0.0.0/1"), outAll)
    .group("open", "v", rule("in", everything, "0.0.0.0/0"), outAll);
  for (const [at, id] of (["left", "right"] as const).entries())
    networks.subnet(id, "v", `10.0.${at}.0/24`, { table: routed.includes(id) ? "out" : "v-main" });
  networks.interface("db", ["left", "right"], chosen, ["sg"], { isPublic: true, publicAddress: "198.18.0.1" });
  return new Reachability(networks.environment());
}

const end = (id: string): End => (id === "internet" ? { kind: "internet" } : { kind: "interface", id });
const both: readonly OpenPorts[] = [
  {
    protocol: 6,
    ports: [[5432, 5433]],
  },
];

test.each<
  readonly [routed: readonly ("left" | "right")[], reach: string, open: readonly OpenPorts[], unknown: readonly OpenPorts[]]
>([
  [["left", "right"], "reachable", both, []],
  [["left"], "unknown", [], both],
  [["right"], "unknown", [], both],
  [[], "blocked", [], []],
])(
  "anybody is all of the internet, and an end is in one of its subnets: with a way out of %j it is %s",
  (routed, reach, open, unknown) => {
    const reachability = database(...routed);
    const asked = { protocol: 6, port: 5432 };
    expect(reachability.query({ from: end("internet"), to: end("db"), ...asked }).reach).toBe(reach);
    expect(reachability.query({ from: end("internet"), to: end("db"), ...asked, port: 5433 }).reach).toBe(reach);
    expect(reachability.query({ from: end("db"), to: end("internet"), ...asked }).reach).toBe(reach);
    expect(reachability.opening(end("internet"), "db")).toEqual({ open, unknown });
    const matrix = reachability.matrix();
    const at = (id: string): number => matrix.classes.findIndex(({ name, members }) => name === id || members.includes(id));
    expect(matrix.opening(at("internet"), at("db"))).toEqual({ open, unknown });
    const out = matrix.opening(at("db"), at("internet"));
    expect([out.open.length > 0, out.unknown.length > 0]).toEqual([reach === "reachable", reach === "unknown"]);
  },
);

test("where the places of an end disagree, each is named with what it would be", () => {
  const { hops } = database("left").query({ from: end("db"), to: end("internet"), protocol: 6, port: 443 });
  expect(hops.at(-1)).toMatchObject({
    outcome: "unknown",
    at: { name: "db" },
    why: "which of its subnets it is in is not known, and that decides: reachable with db in left; blocked with db in right",
  });
});

test("places of anybody stand together, those of one end apart", () => {
  const [a, b] = [
    ["a", "b"],
    ["x", "y"],
  ];
  expect(pairsOf(a ?? [], b ?? [], true, false)).toEqual([
    [
      ["a", "x"],
      ["b", "x"],
    ],
    [
      ["a", "y"],
      ["b", "y"],
    ],
  ]);
  expect(pairsOf(a ?? [], b ?? [], false, false)).toEqual([[["a", "x"]], [["a", "y"]], [["b", "x"]], [["b", "y"]]]);
  expect(pairsOf(a ?? [], b ?? [], true, true)).toHaveLength(1);
});
