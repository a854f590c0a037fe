import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupProcesses, cgroupsBelow, removeCgroup } from "./cgroup.js";
import { command, CommandFailed, run } from "./command.js";
import type { RegionLabel } from "./label.js";
import { mountsBelow, unmountBelow } from "./mounts.js";
import { deleteNamespaces, ourNamespaces, processesIn } from "./namespaces.js";

/** Something of ours on this machine, found by the label it was given when it was made. */
export interface Leftover {
  readonly kind: "process" | "container" | "cgroup" | "mount" | "link" | "namespace" | "table";
  /** process: `PID program`; cgroup: its folder; mount: its folder; link: `NAME ALIAS`; the others: their name. */
  readonly name: string;
}

/** What is left of a region, but for its files. `state`: its state folder, to know its mounts by. */
export async function leftovers({ code }: RegionLabel, state?: string): Promise<Leftover[]> {
  const cgroup = cgroupOf(code);
  const isOurs = (name: string): boolean => name.startsWith(`st-${code}-`);
  const namespaces = (await ourNamespaces()).filter(isOurs);
  const [strays, links, tables, mounts] = await Promise.all([
    processesIn(namespaces),
    hostLinks(code),
    hostTables(),
    state === undefined ? [] : mountsBelow(state),
  ]);
  return [
    ...[...new Set([...cgroupProcesses(cgroup), ...strays])].map((pid) => ({
      kind: "process" as const,
      name: `${pid} ${programOf(pid)}`,
    })),
    ...crunContainers()
      .filter(isOurs)
      .map((name) => ({ kind: "container" as const, name })),
    ...cgroupsBelow(cgroup).map((name) => ({ kind: "cgroup" as const, name })),
    ...mounts.map((name) => ({ kind: "mount" as const, name })),
    ...links.map((name) => ({ kind: "link" as const, name })),
    ...namespaces.map((name) => ({ kind: "namespace" as const, name })),
    // The host's ruleset is never touched; a table of our name there would be a mistake of ours.
    ...tables.map((name) => ({ kind: "table" as const, name })),
  ];
}

/**
 * Remove all of it: end the processes, then their cgroups, mounts, links and namespaces. Gives what could not be removed,
 * which is nothing unless something is wrong. For `down --force`, `region stop --purge` and tests; what is in use by records
 * is the region's to remove.
 */
export async function removeLeftovers(label: RegionLabel, state?: string): Promise<Leftover[]> {
  const found = await leftovers(label, state);
  const named = (kind: Leftover["kind"]): string[] => found.filter((each) => each.kind === kind).map((each) => each.name);
  const failures: unknown[] = [];
  const attempt = async (step: () => Promise<unknown>): Promise<void> => {
    await step().catch((error: unknown) => failures.push(error));
  };
  await attempt(() => removeCgroup(cgroupOf(label.code)));
  // Programs that were run in a namespace of ours without a cgroup, such as a command in the internet.
  for (const pid of await processesIn(named("namespace"))) await attempt(async () => process.kill(pid, "SIGKILL"));
  // What crun keeps of a container that died with its shim; the processes ended with the cgroup.
  for (const name of named("container")) await attempt(() => rm(`/run/crun/${name}`, { recursive: true, force: true }));
  if (state !== undefined) await attempt(() => unmountBelow(state));
  for (const link of named("link")) await attempt(() => run(command("ip", "link", "del", link.split(" ")[0] ?? "")));
  await attempt(() => deleteNamespaces(named("namespace")));
  let remaining = await leftovers(label, state);
  // crun's own record of a container may go a moment after its processes.
  for (let round = 0; remaining.length > 0 && round < 20; round += 1) {
    await sleep(25);
    remaining = await leftovers(label, state);
  }
  if (remaining.length === 0 || failures.length === 0) return remaining;
  throw new AggregateError(
    failures,
    `${remaining.length} things of region ${label.code} could not be removed: ${describe(remaining)}`,
  );
}

/** One line for people, e.g. `namespace st-…, process 12 haproxy`. */
export const describe = (list: readonly Leftover[]): string => list.map(({ kind, name }) => `${kind} ${name}`).join(", ");

const cgroupOf = (code: string): string => `sandtable/${code}`;

const crunContainers = (): string[] => (existsSync("/run/crun") ? readdirSync("/run/crun") : []);

function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "(ended)";
  }
}

/** Links of ours that are in the host's own namespace, where none should be. */
async function hostLinks(code: string): Promise<string[]> {
  const prefix = `sandtable/${code}/`;
  const links = JSON.parse(await run(command("ip", "-j", "link", "show"))) as { ifname: string; ifalias?: string }[];
  return links.filter(({ ifalias }) => ifalias?.startsWith(prefix)).map(({ ifname, ifalias }) => `${ifname} ${ifalias}`);
}

export const ourTables: readonly string[] = ["ip vpc", "ip nat_gateway", "ip internet", "ip services", "netdev delivery"];

async function hostTables(): Promise<string[]> {
  try {
    const tables = (await run(command("nft", "list", "tables"))).split("\n").map((line) => line.replace(/^table /, "").trim());
    return tables.filter((table) => ourTables.includes(table));
  } catch (error) {
    // Not root, or no nftables: then there is no table of ours either.
    if (error instanceof CommandFailed) return [];
    throw error;
  }
}
