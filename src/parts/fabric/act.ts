import { CommandFailed, inNamespace, run } from "../host/command.js";
import { createNamespaces, deleteNamespaces, writeSysctls } from "../host/namespaces.js";
import { deviceOf, type FabricChanges, type NamespaceChange } from "./changes.js";
import { FabricFailed } from "./failure.js";
import { atMostThree } from "./gate.js";
import type { LiveLink } from "./live.js";
import type { LinkEnd, LinkPlan, NamespacePlan } from "./plan.js";
import type { Sessions } from "./sessions.js";

/** Makes the changes in the kernel. Throws `FabricFailed`; whatever was done before may be done again. */
export async function act(owner: string, changes: FabricChanges, sessions: Sessions): Promise<void> {
  const { newNamespaces, sysctls, oldNamespaces } = changes;
  const guarded = (doing: string, work: () => Promise<void>): Promise<void> =>
    asFailure({ owner, is: "its namespaces", doing }, () => atMostThree(work));
  await removeLinks(owner, changes.brokenLinks);
  await guarded("ip netns add", () => createNamespaces(newNamespaces.map(({ name }) => name)));
  const routers = sysctls.filter(({ kind }) => kind === "router");
  await guarded("sysctl", () => writeSysctls(new Map(routers.map((namespace) => [namespace.name, namespace.sysctls]))));
  await batch({ owner, is: "its links" }, undefined, changes.newLinks.map(linkLine));
  await setUpEnds(owner, changes, sessions);
  await every(changes.routers.map((change) => () => changeNamespace(owner, change, sessions)));
  await removeLinks(owner, changes.oldLinks);
  await sessions.end(oldNamespaces);
  await guarded("ip netns del", () => deleteNamespaces(oldNamespaces));
}

async function changeNamespace(owner: string, change: NamespaceChange, sessions: Sessions): Promise<void> {
  const { name, is } = change.namespace;
  const isTc = (line: string): boolean => line.startsWith("qdisc ");
  await batch(
    { owner, is },
    name,
    change.lines.filter((line) => !isTc(line)),
  );
  await batch({ owner, is }, name, change.lines.filter(isTc), "tc");
  await changeRuleset(owner, change, sessions);
}

async function changeRuleset(
  owner: string,
  { namespace: { name, is }, nft }: NamespaceChange,
  sessions: Sessions,
): Promise<void> {
  if (nft === undefined) return;
  await asFailure({ owner, is, doing: "nft" }, () =>
    nft.kind === "line"
      ? sessions.nft(name, nft.text)
      : atMostThree(() => run(inNamespace(name, { argv: ["nft", "-f", "-"], stdin: nft.text }))),
  );
}

/**
 * The ends of interfaces, each a namespace of its own: many in one shell, as starting programs from here is what takes time. Each
 * gets its sysctls and then its `ip` lines in one go; of a device that is there already the defaults come too late, so that
 * they are written for it as well.
 */
async function setUpEnds(owner: string, { ends, sysctls }: FabricChanges, sessions: Sessions): Promise<void> {
  const fresh = new Set(sysctls.map(({ name }) => name));
  const size = Math.max(1, Math.min(40, Math.ceil(ends.length / 3)));
  const groups = Array.from({ length: Math.ceil(ends.length / size) }, (_, at) => ends.slice(at * size, (at + 1) * size));
  const setUp = async (group: readonly NamespaceChange[]): Promise<void> => {
    const script = group.map(({ namespace, lines }) => endScript(namespace, fresh.has(namespace.name), lines)).join("");
    const said = await atMostThree(() => run({ argv: ["sh", "-c", "exec sh 2>&1"], stdin: script }));
    const parts = said.split(/^@ (.*)$/m);
    for (const { namespace, lines } of group) {
      const own = parts[parts.indexOf(namespace.name) + 1]?.trim() ?? "";
      if (own !== "") throwFailure({ owner, is: namespace.is }, own, lines);
    }
  };
  await every(
    groups.map((group) => () => asFailure({ owner, is: "the ends of its interfaces", doing: "sh" }, () => setUp(group))),
  );
  await every(ends.map((change) => () => changeRuleset(owner, change, sessions)));
}

function endScript({ name, sysctls, entries }: NamespacePlan, isFresh: boolean, lines: readonly string[]): string {
  const devices = new Set([...entries].flatMap((entry) => deviceOf(entry) ?? []));
  const all = [...sysctls].flatMap(([path, value]) => [
    [path, value] as const,
    ...(path.includes("/default/")
      ? [...devices].map((device) => [path.replace("/default/", `/${device}/`), value] as const)
      : []),
  ]);
  const writes = isFresh ? all.map(([path, value]) => `[ ! -e ${path} ] || echo ${value} >${path}`) : [];
  const steps = [...(isFresh ? ["cd /proc/sys/net"] : []), ...writes, "exec ip -force -batch -"].join("; ");
  return `echo '@ ${name}'\nnsenter --net=/run/netns/${name} sh -ec '${steps}' <<'lines' || :\n${lines.join("\n")}\nlines\n`;
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
 * One `ip -batch` (or `tc -batch`), forced on past failures: removing what is gone and adding what is there count as done; the first other
 * failure is thrown at the end.
 */
async function batch(
  at: { owner: string; is: string },
  namespace: string | undefined,
  lines: readonly string[],
  program: "ip" | "tc" = "ip",
): Promise<void> {
  if (lines.length === 0) return;
  const where = namespace === undefined ? [] : ["-n", namespace];
  try {
    await atMostThree(() => run({ argv: [program, ...where, "-force", "-batch", "-"], stdin: `${lines.join("\n")}\n` }));
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    throwFailure(at, cause.stderr, lines, program);
  }
}

/** The first failure that is not about something done already. */
function throwFailure(at: { owner: string; is: string }, said: string, lines: readonly string[], program = "ip"): void {
  const failed = failuresOf(said, lines).find((failure) => !isDoneAlready(failure));
  if (failed !== undefined) throw new FabricFailed({ ...at, doing: `${program} ${failed.line}`, said: failed.said });
}

async function asFailure(at: { owner: string; is: string; doing: string }, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof FabricFailed) throw cause;
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
  if (verb === "del") return /No such|Cannot find device|Cannot assign requested address|handle of zero/.test(said);
  return object === "rule" && verb === "add" && said.includes("File exists");
}
