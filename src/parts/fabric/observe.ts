import { run } from "../host/command.js";
import type { RegionLabel } from "../host/label.js";
import { namespacesOf } from "../host/namespaces.js";
import { farEndOf, firstDevice, isEndRule, readEndWords } from "./ends.js";
import { shapeOf, type LiveFabric, type LiveLink, type LiveNamespace } from "./live.js";
import { linkKeyOf, type Entry, type FabricPlan } from "./plan.js";
import { atMostThree } from "./gate.js";
import { aliasOf, internetName, routerName, servicesName } from "./vpc.js";
import { deviceOf } from "./changes.js";

/** Asks the kernel what it has of an owner: done once per owner and process, as nothing in memory outlives a `kill -9`. */
export async function observe(label: RegionLabel, plan: FabricPlan): Promise<LiveFabric> {
  const names = new Set(await namespacesOf(label));
  const ours = new Set([...names].filter((name) => name.startsWith(routerName(label, plan.owner, ""))));
  for (const { name, kind, entriesAre } of plan.namespaces.values())
    if (kind === "router" && entriesAre !== "guests" && names.has(name)) ours.add(name);
  // Where links of ours may be guests: also where the plan does not want them any more.
  const shared = [...plan.namespaces.values()].flatMap(({ name, entriesAre }) => (entriesAre === "guests" ? [name] : []));
  const lookAt = new Set([...ours, ...shared, internetName(label), servicesName(label)].filter((name) => names.has(name)));
  const looked = await Promise.all([...lookAt].map(async (name) => ({ name, ...(await look(name)) })));

  const prefix = `${aliasOf(label, plan.owner)}/`;
  const planned = new Set([...plan.links.values()].flatMap(({ a, b }) => [linkKeyOf(a), linkKeyOf(b)]));
  const namespaces = new Map<string, LiveNamespace>();
  const links = new Map<string, LiveLink>();
  for (const { name, devices, entries } of looked) {
    if (ours.has(name)) {
      // In a shared namespace a link is its guest's, also one without an alias yet.
      const whole = plan.namespaces.get(name)?.entriesAre !== "shared";
      const guests = new Set(devices.filter(({ alias }) => plan.guests?.has(ownerOf(alias) ?? "")).map((device) => device.name));
      for (const device of whole ? devices : [])
        if (!guests.has(device.name))
          links.set(linkKeyOf({ namespace: name, name: device.name }), asLink(label, name, prefix, device));
      const kept = entries.filter((entry) => (whole ? !guests.has(deviceOf(entry) ?? "") : deviceOf(entry) === "lo"));
      namespaces.set(name, { entriesAre: whole ? "ours" : "shared", entries: new Set(kept), ruleset: { known: false } });
    } else {
      // A link of ours that was interrupted before it got its alias is known by its name.
      const own = devices.filter((device) =>
        device.alias === undefined
          ? planned.has(linkKeyOf({ namespace: name, name: device.name }))
          : device.alias.startsWith(prefix),
      );
      for (const device of own) links.set(linkKeyOf({ namespace: name, name: device.name }), asLink(label, name, prefix, device));
      const ownDevices = new Set(own.map((device) => device.name));
      const kept = entries.filter((entry) => ownDevices.has(deviceOf(entry) ?? ""));
      namespaces.set(name, { entriesAre: "guests", entries: new Set(kept), ruleset: { known: false } });
    }
  }
  // Ends are hardly looked into: a complete link says that its end was set up, and what a machine did since is its own.
  const farEnds = [...links.values()].flatMap((link) => link.end ?? []);
  const ends = new Set(farEnds.map((end) => end.namespace));
  const shares = new Set(farEnds.flatMap(({ namespace, device }) => (device === firstDevice ? [] : [namespace])));
  for (const { name, kind } of plan.namespaces.values()) if (kind === "end") ends.add(name);
  for (const name of ends) {
    if (!names.has(name)) continue;
    const entries = await entriesOfEnd(name, plan.namespaces.get(name)?.entries ?? new Set(), shares.has(name));
    namespaces.set(name, { entriesAre: "theirs", entries, ruleset: { known: false } });
  }
  // A link made just before an interruption has no alias to tell its end by, but is not complete either: it is made again.
  return { namespaces, links };
}

/**
 * A further private address may have come just before an interruption, and rules outlive the further interface they are for; all
 * others come and go with the interface.
 */
async function entriesOfEnd(
  name: string,
  planned: ReadonlySet<Entry>,
  hasFurtherInterfaces: boolean,
): Promise<ReadonlySet<Entry>> {
  const late = [...planned].filter((entry) => /^addr \S+\/32 dev \S+$/.test(entry) || isEndRule(entry));
  if (late.length === 0 && !hasFurtherInterfaces) return planned;
  const { devices, entries } = await look(name);
  const names = new Set<string | undefined>([undefined, ...devices.map((device) => device.name)]);
  const missing = late.filter((entry) => names.has(deviceOf(entry)) && !entries.includes(entry));
  return new Set([...[...planned].filter((entry) => !missing.includes(entry)), ...entries.filter(isEndRule)]);
}

/** The third word of an alias, see `aliasOf`. */
const ownerOf = (alias: string | undefined): string | undefined => alias?.split("/")[2];

interface Device {
  readonly name: string;
  readonly alias: string | undefined;
  readonly shape: string;
  readonly isUp: boolean;
}

function asLink(label: RegionLabel, namespace: string, prefix: string, device: Device): LiveLink {
  const words = readEndWords(device.alias?.startsWith(prefix) === true ? device.alias.slice(prefix.length).split("/") : []);
  const end = words === undefined ? undefined : farEndOf(label, words);
  const { name, shape, alias } = device;
  return { namespace, name, shape, alias, complete: device.isUp && alias !== undefined, end };
}

/** The members of `ip -json -details -Numeric` that we read. */
interface IpLink {
  ifname: string;
  flags: string[];
  mtu: number;
  group: string;
  address: string;
  ifalias?: string;
  qdisc?: string;
}
interface IpAddress {
  ifname: string;
  addr_info: { local?: string; prefixlen?: number }[];
}
interface IpRoute {
  type: string;
  dst: string;
  gateway?: string;
  dev?: string;
  prefsrc?: string;
  table: string;
  protocol: string;
  metric?: number;
  flags: string[];
}
interface IpRule {
  priority: number;
  fwmark?: string;
  src?: string;
  table: string;
}
interface IpNeighbour {
  dst: string;
  dev: string;
  lladdr?: string;
}

async function look(namespace: string): Promise<{ devices: Device[]; entries: Entry[] }> {
  const questions = ["link show", "addr show", "rule show", "neigh show nud permanent", "route show table all"];
  const output = await atMostThree(() =>
    run({ argv: ["ip", "-n", namespace, "-4", "-N", "-j", "-d", "-batch", "-"], stdin: `${questions.join("\n")}\n` }),
  );
  // One line of JSON per question; ip leaves the line empty where it has nothing to say.
  const [links = [], addresses = [], rules = [], neighbours = [], routes = []] = output
    .split("\n")
    .map((line) => (line.trim() === "" ? [] : (JSON.parse(line) as object[])));
  const devices = (links as IpLink[]).flatMap((link) =>
    link.ifname === "lo"
      ? []
      : [
          {
            name: link.ifname,
            alias: link.ifalias,
            shape: shapeOf({ mtu: link.mtu, group: Number(link.group), mac: link.address }),
            isUp: link.flags.includes("UP"),
          },
        ],
  );
  const entries: (Entry | undefined)[] = [
    ...(addresses as IpAddress[]).flatMap(({ ifname, addr_info }) =>
      addr_info.map(({ local, prefixlen }): Entry | undefined =>
        local === undefined || local === "127.0.0.1" ? undefined : `addr ${local}/${prefixlen} dev ${ifname}`,
      ),
    ),
    ...(rules as IpRule[]).map(({ priority, fwmark, src, table }): Entry | undefined =>
      fwmark !== undefined
        ? `rule pref ${priority} fwmark ${fwmark} lookup ${table}`
        : src === undefined || src === "all"
          ? undefined
          : `rule pref ${priority} from ${src} lookup ${table}`,
    ),
    ...(neighbours as IpNeighbour[]).map(({ dst, dev, lladdr }): Entry | undefined =>
      lladdr === undefined ? undefined : `neigh ${dst} lladdr ${lladdr} dev ${dev} nud permanent`,
    ),
    ...(routes as IpRoute[]).map(routeEntry),
    // How long it delays is not asked: it is set again where it is wished.
    ...(links as IpLink[]).map(({ ifname, qdisc }): Entry | undefined =>
      qdisc === "netem" ? `qdisc dev ${ifname} root netem` : undefined,
    ),
  ];
  return { devices, entries: entries.filter((entry) => entry !== undefined) };
}

const routeTypes = new Map([
  ["1", ""],
  ["6", "blackhole "],
  ["9", "throw "],
]);
const byKernel = "2";
const mainTable = "254";

function routeEntry(route: IpRoute): Entry | undefined {
  const type = routeTypes.get(route.type);
  if (type === undefined || route.protocol === byKernel) return undefined;
  const words = [
    route.dst === "default" || route.dst.includes("/") ? route.dst : `${route.dst}/32`,
    ...(route.gateway === undefined ? [] : ["via", route.gateway]),
    ...(route.dev === undefined ? [] : ["dev", route.dev]),
    ...(route.flags.includes("onlink") ? ["onlink"] : []),
    ...(route.prefsrc === undefined ? [] : ["src", route.prefsrc]),
    ...(route.table === mainTable ? [] : ["table", route.table]),
    ...(route.metric === undefined ? [] : ["metric", String(route.metric)]),
  ];
  return `route ${type}${words.join(" ")}`;
}
