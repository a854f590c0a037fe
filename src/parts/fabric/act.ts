import { readdir, rm } from "node:fs/promises";
import { CommandFailed, inNamespace, run } from "../host/command.js";
import type { FabricChanges, NamespaceChange } from "./changes.js";
import { FabricFailed } from "./failure.js";
import { atMostThree } from "./gate.js";
import type { LiveLink } from "./live.js";
import type { LinkEnd, LinkPlan, NamespacePlan } from "./plan.js";

/** Makes the changes in the kernel. Throws `FabricFailed`; whatever was done before may be done again. */
export async function act(owner: string, changes: FabricChanges): Promise<void> {
  const at = (is: string) => ({ owner, is });
  await removeLinks(owner, changes.brokenLinks);
  await clearUnmounted(changes.newNamespaces);
  await batch(
    at("namespaces"),
    undefined,
    changes.newNamespaces.map(({ name }) => `netns add ${name}`),
  );
  await writeSysctls(owner, changes.sysctls);
  await batch(at("links"), undefined, changes.newLinks.map(linkLine));
  for (const group of [changes.ends, changes.routers]) await every(group.map((change) => () => changeNamespace(owner, change)));
  await removeLinks(owner, changes.oldLinks);
  await batch(
    at("namespaces"),
    undefined,
    changes.oldNamespaces.map((name) => `netns del ${name}`),
  );
}

async function changeNamespace(owner: string, { namespace, lines, nft }: NamespaceChange): Promise<void> {
  await batch({ owner, is: namespace.is }, namespace.name, lines);
  if (nft === undefined) return;
  try {
    await atMostThree(() => run(inNamespace(namespace.name, { argv: ["nft", "-f", "-"], stdin: nft })));
  } catch (cause) {
    throw new FabricFailed({
      owner,
      is: namespace.is,
      doing: "nft -f",
      said: cause instanceof CommandFailed ? cause.stderr : String(cause),
      cause,
    });
  }
}

/** All of them, also after one failed; then the first failure. */
async function every(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const results = await Promise.allSettled(steps.map((step) => step()));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

const endWords = (end: LinkEnd): string =>
  `netns ${end.namespace} mtu ${end.mtu} group ${end.group}${end.mac === undefined ? "" : ` address ${end.mac}`}`;

/** Both ends are made where they belong, so that the host never sees them. */
const linkLine = ({ a, b }: LinkPlan): string =>
  `link add name ${a.name} ${endWords(a)} type veth peer name ${b.name} ${endWords(b)}`;

/** Explicitly, not left to the end of the namespace: that may be delayed by whoever holds a socket in it. */
async function removeLinks(owner: string, links: readonly LiveLink[]): Promise<void> {
  const byNamespace = new Map<string, LiveLink[]>();
  for (const link of links) byNamespace.set(link.namespace, [...(byNamespace.get(link.namespace) ?? []), link]);
  await every(
    [...byNamespace].map(
      ([namespace, list]) =>
        () =>
          batch(
            { owner, is: namespace },
            namespace,
            list.map((link) => `link del ${link.name}`),
          ),
    ),
  );
}

async function clearUnmounted(namespaces: readonly NamespacePlan[]): Promise<void> {
  if (namespaces.length === 0) return;
  const files = new Set(await readdir("/run/netns").catch(() => []));
  for (const { name } of namespaces) if (files.has(name)) await rm(`/run/netns/${name}`, { force: true });
}

/** The values are per namespace of who writes them. A file that this kernel lacks is left out. */
async function writeSysctls(owner: string, namespaces: readonly NamespacePlan[]): Promise<void> {
  if (namespaces.length === 0) return;
  const script = namespaces.map(({ name, sysctls }) => {
    const writes = [...sysctls].map(([path, value]) => `[ ! -e ${path} ] || echo ${value} >${path}`);
    return `nsenter --net=/run/netns/${name} sh -ec 'cd /proc/sys/net; ${writes.join("; ")}' || exit 1`;
  });
  try {
    await atMostThree(() => run({ argv: ["sh"], stdin: `${script.join("\n")}\n` }));
  } catch (cause) {
    throw new FabricFailed({
      owner,
      is: "namespaces",
      doing: "sysctls",
      said: cause instanceof CommandFailed ? cause.stderr : String(cause),
      cause,
    });
  }
}

/**
 * One `ip -batch`, forced on past failures: removing what is gone and adding what is there count as done; the first other
 * failure is thrown at the end.
 */
async function batch(at: { owner: string; is: string }, namespace: string | undefined, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  try {
    const where = namespace === undefined ? [] : ["-n", namespace];
    await atMostThree(() => run({ argv: ["ip", ...where, "-force", "-batch", "-"], stdin: `${lines.join("\n")}\n` }));
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    const failed = failuresOf(cause.stderr, lines).find((failure) => !isDoneAlready(failure));
    if (failed !== undefined) throw new FabricFailed({ ...at, doing: `ip ${failed.line}`, said: failed.said, cause });
  }
}

interface LineFailure {
  readonly line: string;
  readonly said: string;
}

/** ip prints the reason, then `Command failed -:LINE`. */
export function failuresOf(stderr: string, lines: readonly string[]): LineFailure[] {
  const failures: LineFailure[] = [];
  let said: string[] = [];
  for (const text of stderr.split("\n")) {
    const number = /^Command failed -:(\d+)/.exec(text)?.[1];
    if (number === undefined) said.push(text);
    else {
      failures.push({ line: lines[Number(number) - 1] ?? "", said: said.join(" ").trim() });
      said = [];
    }
  }
  // It did not come as far as a line, e.g. `Cannot open network namespace`.
  if (failures.length === 0) failures.push({ line: "-batch", said: stderr.trim() });
  return failures;
}

function isDoneAlready({ line, said }: LineFailure): boolean {
  const [, verb] = line.split(" ");
  if (verb === "del") return /No such|Cannot find device|Cannot assign requested address|does not exist/.test(said);
  return line.startsWith("rule add") && said.includes("File exists");
}
