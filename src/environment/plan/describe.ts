import { basename } from "node:path";
import { Reference, type Described, type Description } from "../described.js";
import { Unknown } from "../maybe.js";
import type { NodeId, Unexamined } from "../node.js";
import type { Problem } from "../../template/problems.js";
import { Block, isObject, type NameOf } from "./block.js";
import { planFormat, type Json, type PlanFormat } from "./format.js";
import { nothing, type Mapper } from "./part.js";
import { Plan, type PlannedResource } from "./plan.js";
import type { TextsIn } from "./writing.js";
import { balancingMappers } from "./types/balancing.js";
import { connectionMappers } from "./types/connections.js";
import { databaseMappers } from "./types/databases.js";
import { filteringMappers } from "./types/filtering.js";
import { identityMappers } from "./types/identity.js";
import { machineMappers } from "./types/machines.js";
import { networkMappers, vpcTypes } from "./types/network.js";
import { scalingMappers } from "./types/scaling.js";
import { storageMappers } from "./types/storage.js";
import { watchingMappers } from "./types/watching.js";

const mappers: ReadonlyMap<string, Mapper> = new Map(
  [
    networkMappers,
    filteringMappers,
    machineMappers,
    scalingMappers,
    connectionMappers,
    balancingMappers,
    databaseMappers,
    storageMappers,
    identityMappers,
    watchingMappers,
  ].flatMap((table) => Object.entries(table)),
);

export interface PlanRead {
  /** Undefined where there are problems. */
  readonly description: Description | undefined;
  readonly problems: readonly (Problem & { readonly file: string })[];
}

/** Larger than any plan that was seen; what is larger is no plan. */
const largest = 256 * 1024 * 1024;

/**
 * A plan or a state of Terraform (or OpenTofu), as `terraform show -json` writes it, in CloudFormation's form. Nodes are called by their
 * addresses. A plan has no lines, so every place is the file's beginning.
 * @param text the whole file
 * @param textsIn the texts beside it, which say what its JSON leaves open
 */
export function describePlan(file: string, text: string, textsIn: TextsIn = () => undefined): PlanRead {
  const refused = (message: string): PlanRead => ({
    description: undefined,
    problems: [{ file, line: 1, column: 1, at: "", message }],
  });
  if (text.length > largest) return refused(`it is larger than ${largest / 1024 / 1024} MiB, which no plan is`);
  const format = read(text);
  if (typeof format === "string") return refused(format);
  const plan = new Plan(format, textsIn);
  const known = plan.resources.filter(({ type }) => mappers.has(type));
  if (known.length === 0 && plan.resources.length > 0) return refused(foreign(plan));
  return { description: describe(file, format, plan), problems: [] };
}

/** The plan, or why it is none. */
function read(text: string): PlanFormat | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `it is no JSON (${reason}); write it with \`terraform show -json PLAN > plan.json\``;
  }
  const parsed = planFormat.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
    return `it is not what \`terraform show -json\` writes${at}: ${issue?.message ?? "its form is another"}`;
  }
  const { format_version: version, errored, planned_values: planned, values } = parsed.data;
  if (!/^1\./.test(version)) return `its format_version is ${version}; this reads version 1`;
  if (errored === true) return "Terraform could not finish this plan, so it does not hold everything; plan again without errors";
  if (planned === undefined && values === undefined)
    return "it holds neither planned_values (a plan) nor values (a state); write it with `terraform show -json`, not with `terraform plan -json`";
  return parsed.data;
}

function foreign(plan: Plan): string {
  const providers = [...new Set(plan.resources.map(({ provider }) => provider))].sort().join(", ");
  const types = [...new Set(plan.resources.map(({ type }) => type))].sort();
  const shown = types.slice(0, 5).join(", ") + (types.length > 5 ? ` and ${types.length - 5} more` : "");
  return `none of its ${plan.resources.length} resources is of a type that is known here (${shown}, of ${providers}); known are those of the provider hashicorp/aws that the documentation lists`;
}

function describe(file: string, format: PlanFormat, plan: Plan): Description {
  const named = namesIn(plan);
  const nameOf: NameOf = (address) => named.get(address) ?? address;
  const place = { file, line: 1, column: 1 };
  const resources: Described[] = [];
  const unexamined: Unexamined[] = [];
  for (const resource of plan.resources) {
    const mapper = mappers.get(resource.type);
    if (mapper === undefined) {
      unexamined.push({ id: resource.address, type: resource.type, place, why: whyNot(resource) });
      continue;
    }
    const block = Block.of(plan, resource, nameOf);
    const alone = mapper === nothing ? strayOf(block) : undefined;
    if (alone !== undefined) unexamined.push({ id: resource.address, type: resource.type, place, why: alone });
    const id = nameOf(resource.address);
    for (const { suffix, ...part } of mapper(block))
      resources.push({ ...part, id: suffix === undefined ? id : `${id}/${suffix}`, place, placeOf: () => place });
  }
  return {
    sources: [basename(file)],
    from: "plan",
    region: regionIn(format),
    account: new Unknown("a plan does not say for whose account it is"),
    resources,
    unexamined,
    assumed: plan.assumed.map((each) => ({ ...each, place })),
  };
}

const whyNot = ({ type, provider }: PlannedResource): string =>
  type.startsWith("aws_")
    ? `resources of the type ${type} are not read from a plan`
    : `it is of the provider ${provider === "" ? type.replace(/_.*/, "") : provider}, and only AWS's resources are read`;

/** By which attributes settings that are resources of their own name what they are of. */
const owners = [
  "autoscaling_group_name",
  "bucket",
  "group",
  "key_id",
  "plan_id",
  "prefix_list_id",
  "role",
  "rule",
  "secret_id",
  "target_group_arn",
  "user",
  "vpc_endpoint_id",
  "vpc_peering_connection_id",
] as const;

/** A setting of something that the plan does not hold is told by nobody; why so. */
function strayOf(block: Block): string | undefined {
  const attribute = owners.find((name) => block.at(name) !== undefined);
  const owner = attribute === undefined ? undefined : block.at(attribute);
  if (attribute === undefined || owner === undefined || owner instanceof Reference) return undefined;
  if (owner instanceof Unknown) return owner.why;
  const known = block.plan.resources.some(
    ({ address, values }) =>
      address !== block.resource.address && ["id", "arn", "name", "bucket", "key_id"].some((name) => values[name] === owner),
  );
  return known ? undefined : `it belongs to ${String(owner)}, which is not part of this plan`;
}

/** What a VPC has from the start, and Terraform takes over, is called as what AWS makes beside it. */
function namesIn(plan: Plan): ReadonlyMap<NodeId, NodeId> {
  const beside = [
    ["aws_default_security_group", "vpc_id", "DefaultSecurityGroup"],
    ["aws_default_network_acl", "default_network_acl_id", "DefaultNetworkAcl"],
    ["aws_default_route_table", "default_route_table_id", "MainRouteTable"],
  ] as const;
  return new Map(
    beside.flatMap(([type, attribute, suffix]) =>
      plan.of(type).flatMap((resource): [NodeId, NodeId][] => {
        const vpc = Block.of(plan, resource, (address) => address).ref(attribute, ...vpcTypes);
        const byId = plan
          .of(...vpcTypes)
          .find(({ values }) => vpc !== undefined && [values["id"], values[attribute]].includes(vpc as Json));
        const owner = vpc instanceof Reference ? vpc.node : byId?.address;
        return owner === undefined ? [] : [[resource.address, `${owner}/${suffix}`]];
      }),
    ),
  );
}

/** The region of the provider's configuration, where it is a constant or a variable with a value. */
function regionIn(format: PlanFormat): string | Unknown {
  const unknown = new Unknown("the plan does not say in which region it is; it is taken from the environment when it is applied");
  const provider = Object.entries(format.configuration?.provider_config ?? {}).find(([name]) => name === "aws");
  const expression = provider?.[1].expressions?.["region"];
  if (!isObject(expression)) return unknown;
  const { constant_value: constant, references } = expression;
  if (typeof constant === "string") return constant;
  const [reference] = Array.isArray(references) ? (references as readonly Json[]) : [];
  const variable = typeof reference === "string" ? /^var\.([\w-]+)$/.exec(reference)?.[1] : undefined;
  const value = variable === undefined ? undefined : format.variables?.[variable]?.value;
  return typeof value === "string" ? value : unknown;
}
