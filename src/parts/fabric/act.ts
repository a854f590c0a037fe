import { CommandFailed, inNamespace, run } from "../host/command.js";
import { createNamespaces, deleteNamespaces, writeSysctls } from "../host/namespaces.js";
import type { FabricChanges, NamespaceChange } from "./changes.js";
import { FabricFailed } from "./failure.js";
import { atMostThree } from "./gate.js";
import type { LiveLink } from "./live.js";
import type { LinkEnd, LinkPlan } from "./plan.js";

/** Makes the changes in the kernel. Throws `FabricFailed`; whatever was done before may be done again. */
export async function act(owner: string, changes: FabricChanges): Promise<void> {
  const { newNamespaces, sysctls, oldNamespaces } = changes;
  const guarded = (doing: string, work: () => Promise<void>): Promise<void> =>
    asFailure({ owner, is: "its namespaces", doing }, () => atMostThree(work));
  await removeLinks(owner, changes.brokenLinks);
  await guarded("ip netns add", () => createNamespaces(newNamespaces.map(({ name }) => name)));
  await guarded("sysctl", () => writeSysctls(new Map(sysctls.map((namespace) => [namespace.name, namespace.sysctls]))));
  await batch({ owner, is: "its links" }, undefined, changes.newLinks.map(linkLine));
  for (const group of [changes.ends, changes.routers]) await every(group.map((change) => () => changeNamespace(owner, change)));
  await removeLinks(owner, changes.oldLinks);
  await guarded("ip netns del", () => deleteNamespaces(oldNamespaces));
}

async function changeNamespace(owner: string, { namespace, lines, nft }: NamespaceChange): Promise<void> {
  const { name, is } = namespace;
  await batch({ owner, is }, name, lines);
  if (nft === undefined) return;
  await asFailure({ owner, is, doing: "nft -f" }, () =>
    atMostThree(() => run(inNamespace(name, { argv: ["nft", "-f", "-"], stdin: `${nft.text}\n` }))),
  );
}

/** All of them, also after one failed; then the first failure. */
async function every(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const results = await Promise.allSettled(steps.map((step) => step()));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

const endWords = ({ namespace, mtu, group, mac }: LinkEnd): string =>
  `netns ${namespace} mtu ${mtu} group ${group} address ${mac}`;

/** Both ends are made where they belong, so that the host never sees them. */
const linkLine = ({ a, b }: LinkPlan): string =>
  `link add name ${a.name} ${endWords(a)} type veth peer name ${b.name} ${endWords(b)}`;

/** Explicitly, not left to the end of the namespace: that may be delayed by whoever holds a socket in it. */
async function removeLinks(owner: string, links: readonly LiveLink[]): Promise<void> {
  const byNamespace = new Map<string, string[]>();
  for (const { namespace, name } of links)
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), `link del ${name}`]);
  await every(
    [...byNamespace].map(
      ([namespace, lines]) =>
        () =>
          // With its namespace a link is gone, too.
          batch({ owner, is: namespace }, namespace, lines).catch((error: unknown) => {
            if (!(error instanceof FabricFailed && error.message.includes("Cannot open network namespace"))) throw error;
          }),
    ),
  );
}

/**
 * One `ip -batch`, forced on past failures: removing what is gone and adding what is there count as done; the first other
 * failure is thrown at the end.
 */
async function batch(at: { owner: string; is: string }, namespace: string | undefined, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  const where = namespace === undefined ? [] : ["-n", namespace];
  try {
    await atMostThree(() => run({ argv: ["ip", ...where, "-force", "-batch", "-"], stdin: `${lines.join("\n")}\n` }));
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    const failed = failuresOf(cause.stderr, lines).find((failure) => !isDoneAlready(failure));
    if (failed !== undefined) throw new FabricFailed({ ...at, doing: `ip ${failed.line}`, said: failed.said, cause });
  }
}

async function asFailure(at: { owner: string; is: string; doing: string }, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new FabricFailed({ ...at, said: cause instanceof CommandFailed ? cause.stderr.trim() : String(cause), cause });
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
  return failures.length > 0 ? failures : [{ line: "-batch", said: stderr.trim() }];
}

export function isDoneAlready({ line, said }: LineFailure): boolean {
  const [object, verb] = line.split(" ");
  if (verb === "del") return /No such|Cannot find device|Cannot assign requested address/.test(said);
  return object === "rule" && verb === "add" && said.includes("File exists");
}
