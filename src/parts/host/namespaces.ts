import { readdir, rm, stat, statfs } from "node:fs/promises";
import { run } from "./command.js";
import type { RegionLabel } from "./label.js";

/** Network namespaces under /run/netns, where iproute2 names them. */
const folder = "/run/netns";

/** The filesystem type of a namespace file, `NSFS_MAGIC` of linux/magic.h. */
const nsfs = 0x6e736673;

/** Names of a region's namespaces. */
export const namespacesOf = async (label: RegionLabel): Promise<string[]> =>
  (await ourNamespaces()).filter((name) => name.startsWith(`st-${label.code}-`));

/** Names of the namespaces of any region. */
export async function ourNamespaces(): Promise<string[]> {
  const named = (await readdir(folder).catch(() => [])).filter((name) => /^st-[0-9a-z]{6}-/.test(name)).sort();
  const checked = await Promise.all(named.map(async (name) => ({ name, isOne: await isNamespace(name) })));
  return checked.filter(({ isOne }) => isOne).map(({ name }) => name);
}

/** `ip netns add` makes a file and then mounts on it: an interruption between the two leaves a plain file. */
const isNamespace = async (name: string): Promise<boolean> =>
  (await statfs(`${folder}/${name}`).catch(() => undefined))?.type === nsfs;

/** Process ids inside the namespaces, whoever started them. */
export async function processesIn(names: readonly string[]): Promise<number[]> {
  const inodes = new Set(
    await Promise.all(names.map(async (name) => (await stat(`${folder}/${name}`).catch(() => undefined))?.ino)),
  );
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const inside = await Promise.all(
    // A process may end while we look.
    pids.map(async (pid) => inodes.has((await stat(`/proc/${pid}/ns/net`).catch(() => ({ ino: -1 }))).ino)),
  );
  return pids.filter((_, at) => inside[at]);
}

/** Make namespaces that are not there. Throws `CommandFailed`. */
export async function createNamespaces(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const files = new Set(await readdir(folder).catch(() => []));
  // Only a plain file can be removed; one that carries a namespace is busy, and that is an error of the caller.
  for (const name of names) if (files.has(name)) await rm(`${folder}/${name}`);
  await run({ argv: ["ip", "-batch", "-"], stdin: lines(names.map((name) => `netns add ${name}`)) });
}

/**
 * Take the names away; the kernel ends a namespace when the last process or socket in it is gone. One that has no name any
 * more is fine.
 */
export async function deleteNamespaces(names: readonly string[]): Promise<void> {
  const files = new Set(await readdir(folder).catch(() => []));
  const there = names.filter((name) => files.has(name));
  if (there.length > 0) await run({ argv: ["ip", "-batch", "-"], stdin: lines(there.map((name) => `netns del ${name}`)) });
}

/**
 * Write sysctls of namespaces: `path` below /proc/sys/net -> value, in order. The files show the values of the namespace of who
 * opens them, hence a process in each. One that this kernel lacks is left out. Throws `CommandFailed`.
 */
export async function writeSysctls(wanted: ReadonlyMap<string, ReadonlyMap<string, string>>): Promise<void> {
  if (wanted.size === 0) return;
  const script = [...wanted].map(([name, sysctls]) => {
    const writes = [...sysctls].map(([path, value]) => `[ ! -e ${path} ] || echo ${value} >${path}`);
    return `nsenter --net=${folder}/${name} sh -ec 'cd /proc/sys/net; ${writes.join("; ")}' || exit 1`;
  });
  await run({ argv: ["sh"], stdin: lines(script) });
}

const lines = (list: readonly string[]): string => list.map((line) => `${line}\n`).join("");
