import type { MemberRules } from "../../src/region/operations/members.js";
import { services, type Operation } from "../../src/region/operations/operation.js";
import type { ResourceProvider } from "../../src/region/stacks/provider.js";

/** What becomes of each member, by kind; nested ones by their dotted path. */
export interface Sorted {
  readonly enforced: readonly string[];
  readonly recorded: readonly { readonly path: string; readonly because: string }[];
  /** Accepted only with these values, which state AWS's default or what the model does anyway. */
  readonly states: readonly { readonly path: string; readonly values: readonly unknown[] }[];
}

/** Pure. */
export function sortMembers(rules: MemberRules, prefix = ""): Sorted {
  const sorted = {
    enforced: [] as string[],
    recorded: [] as Sorted["recorded"][number][],
    states: [] as Sorted["states"][number][],
  };
  for (const [name, rule] of Object.entries(rules)) {
    const path = `${prefix}${name}`;
    if (rule.kind === "enforced") sorted.enforced.push(path);
    else if (rule.kind === "recorded") sorted.recorded.push({ path, because: rule.because });
    else if (rule.kind === "states") sorted.states.push({ path, values: rule.values });
    else {
      const inner = sortMembers(rule.members, `${path}.`);
      sorted.enforced.push(...inner.enforced);
      sorted.recorded.push(...inner.recorded);
      sorted.states.push(...inner.states);
    }
  }
  return sorted;
}

type Operations = readonly Operation[];
type Providers = readonly ResourceProvider[];

/** One row a service, one a resource type. */
export function renderSummary(operations: Operations, providers: Providers): string {
  const types = byName(providers, (provider) => provider.type).map((provider) => {
    const { enforced, recorded, states } = sortMembers(provider.properties);
    return `| \`${provider.type}\` | ${enforced.length} | ${recorded.map((one) => one.path).join(", ")} | ${states.map((one) => one.path).join(", ")} |`;
  });
  return [
    `${operations.length} operations of the AWS API:`,
    "",
    "| service | operations |",
    "| --- | --- |",
    ...servicesOf(operations).map(([title, own]) => `| ${title} | ${own.map((one) => one.name).join(", ")} |`),
    "",
    `${providers.length} CloudFormation resource types. Properties are _enforced_ (they have their effect), _recorded_ (kept and returned,`,
    "without effect here) or accepted only where they state the default; any other is refused by name.",
    "",
    "| resource type | enforced | recorded | default only |",
    "| --- | --- | --- | --- |",
    ...types,
    "",
    "Every member of every operation, with the reasons: [docs/modelled.md](docs/modelled.md).",
  ].join("\n");
}

/** All of it. */
export function renderModelled(operations: Operations, providers: Providers): string {
  return [
    "# What is modelled",
    "",
    "Written by `npm run modelled` from the code: do not edit. What is not here is refused by name.",
    "",
    "## CloudFormation resource types",
    "",
    ...byName(providers, (provider) => provider.type).flatMap((provider) => [
      `### ${provider.type}`,
      "",
      ...renderSorted(sortMembers(provider.properties)),
      ...attributesOf(provider),
      "",
    ]),
    "## Operations",
    "",
    ...servicesOf(operations).flatMap(([title, own]) => [
      `### ${title}`,
      "",
      ...own.flatMap((operation) => [`#### ${operation.name}`, "", ...renderSorted(sortMembers(operation.members)), ""]),
    ]),
  ].join("\n");
}

const attributesOf = (provider: ResourceProvider): readonly string[] => {
  const names = Object.keys(provider.attributes);
  return names.length === 0 ? [] : [`- \`Fn::GetAtt\`: ${names.join(", ")}`];
};

function renderSorted({ enforced, recorded, states }: Sorted): readonly string[] {
  const lines = [
    ...(enforced.length === 0 ? [] : [`- enforced: ${enforced.join(", ")}`]),
    ...recorded.map(({ path, because }) => `- recorded: ${path} – ${because}`),
    ...states.map(({ path, values }) => `- only ${values.map((value) => `\`${JSON.stringify(value)}\``).join(" or ")}: ${path}`),
  ];
  return lines.length === 0 ? ["- takes nothing"] : lines;
}

function servicesOf(operations: Operations): readonly (readonly [title: string, own: Operations])[] {
  return byName(Object.entries(services), ([, { title }]) => title).flatMap(([name, { title }]) => {
    const own = byName(
      operations.filter((operation) => operation.service === name),
      (one) => one.name,
    );
    return own.length === 0 ? [] : [[title, own] as const];
  });
}

const byName = <T>(items: readonly T[], name: (item: T) => string): readonly T[] =>
  [...items].sort((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0));
