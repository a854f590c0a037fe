import { basename } from "node:path";
import { Reference, type Described, type Description } from "../described.js";
import { Unknown } from "../maybe.js";
import type { NodeId, SourcePlace, Unexamined } from "../node.js";
import type { Problem } from "../../template/problems.js";
import { Block, isObject, type NameOf } from "./block.js";
import { planFormat, type Json, type PlanFormat } from "./format.js";
import { nothing, type Mapper } from "./part.js";
import { placesIn, type PlanPlaces } from "./places.js";
import { Plan, type PlannedResource } from "./plan.js";
import { isForeign, isOfAws, providerOf } from "./providers.js";
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
 * addresses; a place is where the plan holds the resource.
 * @param text the whole file
 * @param textsIn the texts beside it, which say what its JSON leaves open
 */
export function describePlan(file: string, text: string, textsIn: TextsIn = () => undefined): PlanRead {
  const places = placesIn(file, text);
  const refused = ({ message, place = places.at(0) }: Refusal): PlanRead => ({
    description: undefined,
    problems: [{ ...place, file, at: "", message }],
  });
  if (text.length > largest) return refused({ message: `it is larger than ${largest / 1024 / 1024} MiB, which no plan is` });
  const format = read(text, places);
  if ("message" in format) return refused(format);
  const plan = new Plan(format, textsIn);
  const known = plan.resources.filter((resource) => mapperOf(resource) !== undefined);
  const [first] = plan.resources;
  if (known.length === 0 && first !== undefined) return refused({ message: foreign(plan), place: places.of(first.address) });
  return { description: describe(file, format, plan, places), problems: [] };
}

/** Why a text is not judged, and where that shows; at its beginning unless it is said. */
interface Refusal {
  readonly message: string;
  readonly place?: SourcePlace;
}

/** How a resource of AWS's provider is read. */
const mapperOf = (resource: PlannedResource): Mapper | undefined => (isOfAws(resource) ? mappers.get(resource.type) : undefined);

/** The plan, or why it is none. */
function read(text: string, places: PlanPlaces): PlanFormat | Refusal {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const offset = /at position (\d+)/.exec(reason)?.[1];
    const message = `it is no JSON (${reason}); write it with \`terraform show -json PLAN > plan.json\``;
    return { message, place: places.at(offset === undefined ? text.length : Number(offset)) };
  }
  const parsed = planFormat.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
    const message = `it is not what \`terraform show -json\` writes${at}: ${issue?.message ?? "its form is another"}`;
    return { message, place: places.locate(issue?.path ?? []) };
  }
  const { format_version: version, errored, planned_values: planned, values } = parsed.data;
  if (!/^1\./.test(version))
    return { message: `its format_version is ${version}; this reads version 1`, place: places.locate(["format_version"]) };
  if (errored === true)
    return {
      message: "Terraform could not finish this plan, so it does not hold everything; plan again without errors",
      place: places.locate(["errored"]),
    };
  if (planned === undefined && values === undefined)
    return {
      message:
        "it holds neither planned_values (a plan) nor values (a state); write it with `terraform show -json`, not with `terraform plan -json`",
    };
  // Terraform writes the root module of an empty plan too.
  if (planned?.root_module === undefined && values?.root_module === undefined)
    return {
      message: "it has no root_module: there is nothing in it to judge",
      place: places.locate([planned === undefined ? "values" : "planned_values"]),
    };
  return parsed.data;
}

function foreign(plan: Plan): string {
  const providers = [...new Set(plan.resources.map(providerOf))].sort().join(", ");
  const types = [...new Set(plan.resources.map(({ type }) => type))].sort();
  const shown = types.slice(0, 5).join(", ") + (types.length > 5 ? ` and ${types.length - 5} more` : "");
  return `none of its ${plan.resources.length} resources is of a type that is known here (${shown}, of ${providers}); known are those of the provider hashicorp/aws that the documentation lists`;
}

function describe(file: string, format: PlanFormat, plan: Plan, places: PlanPlaces): Description {
  const named = namesIn(plan);
  const nameOf: NameOf = (address) => named.get(address) ?? address;
  const resources: Described[] = [];
  const unexamined: Unexamined[] = [];
  for (const resource of plan.resources) {
    const mapper = mapperOf(resource);
    const place = places.of(resource.address);
    if (mapper === undefined) {
      const provider = isForeign(resource) ? { foreign: providerOf(resource) } : {};
      unexamined.push({ id: resource.address, type: resource.type, place, why: whyNot(resource), ...provider });
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
    assumed: plan.assumed.map((each) => ({ ...each, place: places.of(each.id) })),
    objectives: { value: {}, place: places.at(0) },
  };
}

const whyNot = (resource: PlannedResource): string =>
  isOfAws(resource)
    ? `resources of the type ${resource.type} are not read from a plan`
    : `it is of the provider ${providerOf(resource)}, and only those of hashicorp/aws are read`;

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
