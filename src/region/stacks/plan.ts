import { resolveProperties, type BoundTemplate } from "../../template/bind.js";
import { functionsIn, referencesOf } from "../../template/references.js";
import type { DeletionPolicy, Resource } from "../../template/template.js";
import type { Value, Values } from "../../template/value.js";
import type { ResourceProvider } from "./provider.js";
import type { Specification } from "./spec/specification.js";

/** What becomes of one resource when a stack goes from one deployment to another, and why. */
export interface PlannedChange {
  readonly action: "Add" | "Modify" | "Remove";
  readonly logicalId: string;
  readonly type: string;
  /** For Modify: will there be another physical resource? */
  readonly replacement?: "True" | "False" | "Conditional";
  readonly properties: readonly PlannedProperty[];
  /** A nested stack whose properties stay: what it is made of may have changed all the same. */
  readonly automatic?: true;
  /** Other parts of the definition that change. */
  readonly scope: readonly ("Metadata" | "DeletionPolicy" | "UpdateReplacePolicy" | "Tags")[];
  /** What becomes of the physical resource that goes, if one may. */
  readonly policyAction?: `${"" | "ReplaceAnd"}${"Delete" | "Retain" | "Snapshot"}`;
}

export interface PlannedProperty {
  readonly name: string;
  readonly recreation: "Never" | "Conditionally" | "Always";
  /** Why it changes; at least one. */
  readonly causes: readonly Cause[];
}

/**
 * Why a property changes, as AWS tells it: the template says something else (*Dynamic* when only what it refers to does); a
 * parameter has another value; or a resource that it refers to may have another id or attribute, which is known only later.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
 */
export type Cause =
  | { readonly source: "DirectModification"; readonly evaluation: "Static" | "Dynamic" }
  | { readonly source: "ParameterReference"; readonly evaluation: "Static"; readonly entity: string }
  | { readonly source: "ResourceReference" | "ResourceAttribute"; readonly evaluation: "Dynamic"; readonly entity: string };

export const nestedStackType = "AWS::CloudFormation::Stack";

/** The template or a parameter changes it, whatever becomes of other resources. */
const isCertain = ({ causes }: PlannedProperty): boolean => causes.some(({ evaluation }) => evaluation === "Static");

const recreations = { yes: "Always", maybe: "Conditionally", no: "Never" } as const;

/**
 * Compare two deployments of a stack. Values that are known only once a resource exists count as changed when that
 * resource changes. Resources that stay as they are, are left out. In the order of the template, removals last.
 */
export function planChanges(
  before: BoundTemplate | undefined,
  after: BoundTemplate,
  specification: Specification,
  options: { readonly tagsChanged?: boolean } = {},
): readonly PlannedChange[] {
  const plans = new Map<string, PlannedChange | undefined>();
  const planOf = (logicalId: string): PlannedChange | undefined => {
    if (!plans.has(logicalId)) {
      plans.set(logicalId, undefined); // dependencies have no cycle by now
      for (const need of after.dependencies.get(logicalId) ?? []) planOf(need);
      plans.set(logicalId, plan(logicalId));
    }
    return plans.get(logicalId);
  };
  const plan = (logicalId: string): PlannedChange | undefined => {
    const resource = after.resources.get(logicalId);
    if (resource === undefined) return undefined;
    const old = before?.resources.get(logicalId);
    if (old === undefined || before === undefined)
      return { action: "Add", logicalId, type: resource.type, properties: [], scope: [] };
    const spec = specification.of(resource.type)?.properties ?? {};
    const names = changedProperties(old, before, resource, after);
    const recreation = (name: string): PlannedProperty["recreation"] => recreations[spec[name]?.replaces ?? "no"];
    const properties = Object.keys({ ...old.properties, ...resource.properties }).flatMap((name): PlannedProperty[] => {
      const direct = names.includes(name) ? directCauses(name, old, before, resource, after) : [];
      const causes = [...direct, ...resourceCauses(resource.properties[name] ?? null, after, planOf)];
      return causes.length === 0 ? [] : [{ name, recreation: recreation(name), causes }];
    });
    const scope = [
      ...(canonical(old.metadata ?? null) === canonical(resource.metadata ?? null) ? [] : ["Metadata" as const]),
      ...(old.deletionPolicy === resource.deletionPolicy ? [] : ["DeletionPolicy" as const]),
      ...(old.updateReplacePolicy === resource.updateReplacePolicy ? [] : ["UpdateReplacePolicy" as const]),
      ...(options.tagsChanged === true && (Object.hasOwn(spec, "Tags") || old.type !== resource.type) ? ["Tags" as const] : []),
    ];
    const automatic = properties.length === 0 && old.type === resource.type && resource.type === nestedStackType;
    if (properties.length === 0 && scope.length === 0 && old.type === resource.type && !automatic) return undefined;
    const certain = properties.some((property) => property.recreation === "Always" && isCertain(property));
    const possible = properties.some((property) => property.recreation !== "Never");
    const replacement = certain ? "True" : possible ? "Conditional" : "False";
    return {
      action: "Modify",
      logicalId,
      type: resource.type,
      replacement,
      properties,
      scope,
      ...(automatic ? { automatic } : {}),
      ...(replacement === "False" ? {} : { policyAction: `ReplaceAnd${actionOf(resource.updateReplacePolicy)}` as const }),
    };
  };
  const kept = [...after.resources.keys()].map(planOf).filter((change) => change !== undefined);
  const removed = [...(before?.resources.values() ?? [])]
    .filter(({ logicalId }) => !after.resources.has(logicalId))
    .map(({ logicalId, type, deletionPolicy }): PlannedChange => ({
      action: "Remove",
      logicalId,
      type,
      properties: [],
      scope: [],
      policyAction: actionOf(deletionPolicy),
    }));
  return [...kept, ...removed];
}

const actionOf = (policy: DeletionPolicy): "Delete" | "Retain" | "Snapshot" =>
  policy === "RetainExceptOnCreate" ? "Retain" : policy;

/** Names of the properties whose definitions differ. */
function changedProperties(old: Resource, before: BoundTemplate, resource: Resource, after: BoundTemplate): readonly string[] {
  return differingKeys(resolveProperties(old, before.lookup()), resolveProperties(resource, after.lookup()));
}

/** Keys whose values differ; texts, numbers and truth values that read alike are alike. */
export function differingKeys(a: Values, b: Values): readonly string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.filter((name) => canonical(a[name] ?? null) !== canonical(b[name] ?? null));
}

/** Why the value of a property that differs does so, as far as it is known before anything is done. */
function directCauses(
  name: string,
  old: Resource,
  before: BoundTemplate,
  resource: Resource,
  after: BoundTemplate,
): readonly Cause[] {
  const written = resource.properties[name] ?? null;
  const holds = (condition: string): boolean | undefined => after.conditions.get(condition);
  const parameters = functionsIn(written, [], { holds })
    .flatMap(referencesOf)
    .filter(({ kind, name: parameter }) => kind === "ref" && after.parameters.has(parameter))
    .map(({ name: parameter }) => parameter)
    .filter((parameter) => {
      const [was, is] = [before.parameters.get(parameter)?.value, after.parameters.get(parameter)?.value];
      return canonical((was ?? null) as Value) !== canonical((is ?? null) as Value);
    });
  const rewritten = canonical(old.properties[name] ?? null) !== canonical(written);
  const entities = [...new Set(parameters)];
  return [
    { source: "DirectModification", evaluation: rewritten || entities.length === 0 ? "Static" : "Dynamic" },
    ...entities.map((entity): Cause => ({ source: "ParameterReference", evaluation: "Static", entity })),
  ];
}

/** The resources whose change may change this value: a replaced one through Ref, any changed one through its attributes. */
function resourceCauses(
  value: Value,
  after: BoundTemplate,
  planOf: (logicalId: string) => PlannedChange | undefined,
): readonly Cause[] {
  const holds = (name: string): boolean | undefined => after.conditions.get(name);
  const causes = new Map<string, Cause>();
  for (const reference of functionsIn(value, [], { holds }).flatMap(referencesOf)) {
    if ((reference.kind !== "ref" && reference.kind !== "attribute") || !after.resources.has(reference.name)) continue;
    const change = planOf(reference.name);
    if (change?.action !== "Modify") continue;
    if (reference.kind === "attribute" && (change.properties.length > 0 || change.automatic === true)) {
      const entity = `${reference.name}.${reference.attribute ?? ""}`;
      causes.set(entity, { source: "ResourceAttribute", evaluation: "Dynamic", entity });
    } else if (reference.kind === "ref" && change.replacement !== "False")
      causes.set(reference.name, { source: "ResourceReference", evaluation: "Dynamic", entity: reference.name });
  }
  return [...causes.values()];
}

/** JSON with sorted keys and every scalar as text: CloudFormation takes 80 and "80" for the same. */
export function canonical(value: Value): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === "number" || typeof inner === "boolean") return String(inner);
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Types that AWS cannot change either: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitcondition.html */
const fixedOnAws: ReadonlySet<string> = new Set([
  "AWS::CloudFormation::WaitCondition",
  "AWS::CloudFormation::WaitConditionHandle",
]);

/** What of a plan Sandtable cannot do, one sentence each. */
export function refusalsOf(
  plan: readonly PlannedChange[],
  before: BoundTemplate,
  after: BoundTemplate,
  providers: ReadonlyMap<string, ResourceProvider>,
): readonly string[] {
  const retyped = plan.filter(
    ({ action, logicalId, type }) =>
      action === "Modify" && before.resources.get(logicalId)?.type !== after.resources.get(logicalId)?.type && type !== "",
  );
  const again = "delete the stack and create it again, or give the resource another logical id (which replaces it)";
  return [
    ...(retyped.length === 0
      ? []
      : [
          `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${retyped.map(({ logicalId }) => logicalId).join(", ")}]`,
        ]),
    ...plan.flatMap(({ action, logicalId, type, properties, scope, replacement }) => {
      const provider = providers.get(type);
      if (action !== "Modify" || replacement === "True") return [];
      const inPlace = properties
        .filter((property) => property.recreation !== "Always" && isCertain(property))
        .map(({ name }) => name)
        .filter((name) => !canChange(provider, name));
      const said: string[] = [];
      if (inPlace.length > 0 && fixedOnAws.has(type)) said.push(`Update to resource type ${type} is not supported.`);
      else if (inPlace.length > 0)
        said.push(`Sandtable does not model changing ${inPlace.join(", ")} of ${type} (${logicalId}) in a stack yet; ${again}`);
      if (scope.includes("Tags") && !canChange(provider, "Tags"))
        said.push(`Sandtable does not model changing the tags that ${type} (${logicalId}) has from its stack yet; ${again}`);
      return said;
    }),
  ];
}

/** Can a provider change this property of its resources in place? */
export const canChange = (provider: ResourceProvider | undefined, name: string): boolean =>
  provider?.update !== undefined && (provider.updatable === undefined || provider.updatable.includes(name));
