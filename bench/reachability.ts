import { Reachability } from "../src/analysis/reachability/reachability.js";
import type { Environment } from "../src/environment/environment.js";
import { allow, everything, Networks, outAll, rule, tcp } from "../test/support/networks.js";

export interface ReachabilityFigures {
  readonly interfaces: number;
  readonly classes: number;
  /** Seconds for all pairs, from a graph that nothing is known of. */
  readonly matrix: number;
  /** MiB more than before, resident. */
  readonly memory: number;
  /** Milliseconds of one query, the median of many. */
  readonly query: number;
  /** How much longer it would have taken to ask for each pair by itself. */
  readonly ratio: number;
}

/** A chain of numbers that is the same in each run. */
function* chain(): Generator<number, never> {
  let state = 20_261_122;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Ten VPCs in a ring of peering connections; each interface in one to three of its VPC's groups, which name each other and blocks. */
export function largeNetwork(interfaces: number, groups: number, subnets: number): Environment {
  const numbers = chain();
  const below = (limit: number): number => Math.floor(numbers.next().value * limit);
  const networks = new Networks();
  const vpcs = Array.from({ length: 10 }, (_, at) => `vpc${at}`);
  for (const [at, vpc] of vpcs.entries()) networks.vpc(vpc, `10.${at}.0.0/16`).internetGateway(`igw${at}`, vpc);
  for (const [at, vpc] of vpcs.entries()) {
    const next = (at + 1) % vpcs.length;
    const before = (at + vpcs.length - 1) % vpcs.length;
    networks.peering(`pcx${at}`, vpc, vpcs[next] ?? vpc);
    const peers = {
      [`10.${next}.0.0/16`]: { kind: "peering", id: `pcx${at}` },
      [`10.${before}.0.0/16`]: { kind: "peering", id: `pcx${before}` },
    } as const;
    networks.table(`public${at}`, vpc, { "0.0.0.0/0": { kind: "internetGateway", id: `igw${at}` }, ...peers });
    networks.table(`private${at}`, vpc, { "0.0.0.0/0": { kind: "natGateway", id: `nat${at}` }, ...peers });
    networks.acl(
      `acl${at}`,
      vpc,
      allow("in", 10, everything, "10.0.0.0/8"),
      allow("in", 20, tcp(443)),
      allow("in", 30, tcp(1024, 65535)),
      allow("out", 10),
    );
  }
  const ports = [22, 80, 443, 3306, 5432, 6379, 8080, 9090];
  for (let at = 0; at < groups; at++) {
    const vpc = at % vpcs.length;
    const other = (): string => `sg${below(groups / 10) * 10 + vpc}`;
    const rules = Array.from({ length: 4 }, () => rule("in", tcp(ports[below(ports.length)] ?? 80), other()));
    networks.group(
      `sg${at}`,
      vpcs[vpc] ?? "",
      ...rules,
      rule("in", tcp(10_000 + at), `10.${below(10)}.0.0/16`),
      ...(at % 20 === 0 ? [rule("in", tcp(443), "0.0.0.0/0")] : []),
      outAll,
    );
  }
  for (let at = 0; at < subnets; at++) {
    const vpc = at % vpcs.length;
    const table = at < subnets / 4 ? `public${vpc}` : `private${vpc}`;
    const acl = at % 3 === 0 ? { acl: `acl${vpc}` } : {};
    networks.subnet(`subnet${at}`, vpcs[vpc] ?? "", `10.${vpc}.${Math.floor(at / 10)}.0/24`, { table, ...acl });
  }
  for (const at of vpcs.keys()) networks.natGateway(`nat${at}`, `subnet${at}`, `10.${at}.0.250`, `198.18.0.${at + 1}`);
  for (let at = 0; at < interfaces; at++) {
    const subnet = at % subnets;
    const host = Math.floor(at / subnets);
    const vpc = subnet % vpcs.length;
    const list = Array.from({ length: 1 + below(3) }, () => `sg${below(groups / 10) * 10 + vpc}`);
    networks.interface(`eni${at}`, `subnet${subnet}`, `10.${vpc}.${Math.floor(subnet / 10)}.${4 + host}`, [...new Set(list)], {
      ...(subnet < subnets / 4 ? { isPublic: true, publicAddress: `198.18.${1 + Math.floor(at / 250)}.${1 + (at % 250)}` } : {}),
    });
  }
  return networks.environment();
}

export function reachability(interfaces: number): ReachabilityFigures {
  const environment = largeNetwork(interfaces, interfaces / 10, Math.max(40, interfaces / 50));
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const began = performance.now();
  const matrix = new Reachability(environment).matrix();
  const took = (performance.now() - began) / 1000;
  const memory = (process.memoryUsage.rss() - before) / 2 ** 20;
  const asked = new Reachability(environment);
  const times: number[] = [];
  const ids = [...environment.interfaces.keys()];
  for (let at = 0; at < 2000; at++) {
    const [from = "", to = ""] = [ids[(at * 7919) % ids.length], ids[(at * 104_729 + 13) % ids.length]];
    const start = performance.now();
    asked.query({ from: { kind: "interface", id: from }, to: { kind: "interface", id: to }, protocol: 6, port: 443 });
    times.push(performance.now() - start);
  }
  const query = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
  const mean = times.reduce((a, b) => a + b) / times.length;
  return {
    interfaces,
    classes: matrix.classes.length,
    matrix: took,
    memory,
    query,
    ratio: ((mean / 1000) * interfaces ** 2) / took,
  };
}
