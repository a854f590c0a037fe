import type { Change, ResourceChangeDetail } from "@aws-sdk/client-cloudformation";
import { resolveProperties, type BoundTemplate } from "../../template/bind.js";
import { functionsIn, referencesOf } from "../../template/references.js";
import type { Resource } from "../../template/template.js";
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
  /** Other parts of the definition that change. */
  readonly scope: readonly ("Metadata" | "DeletionPolicy" | "UpdateReplacePolicy" | "Tags")[];
}

export interface PlannedProperty {
  readonly name: string;
  readonly recreation: "Never" | "Conditionally" | "Always";
  /** The name that the changed value comes from; undefined: the template itself changes the property. */
  readonly causedBy?: string;
}

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
    const direct = names.map((name): PlannedProperty => ({ name, recreation: recreation(name) }));
    const caused = Object.entries(resource.properties)
      .filter(([name]) => !names.includes(name))
      .flatMap(([name, value]): PlannedProperty[] => {
        const cause = causeOf(value, after, planOf);
        return cause === undefined ? [] : [{ name, recreation: recreation(name), causedBy: cause }];
      });
    const properties = [...direct, ...caused];
    const scope = [
      ...(canonical(old.metadata ?? null) === canonical(resource.metadata ?? null) ? [] : ["Metadata" as const]),
      ...(old.deletionPolicy === resource.deletionPolicy ? [] : ["DeletionPolicy" as const]),
      ...(old.updateReplacePolicy === resource.updateReplacePolicy ? [] : ["UpdateReplacePolicy" as const]),
      ...(options.tagsChanged === true && (Object.hasOwn(spec, "Tags") || old.type !== resource.type) ? ["Tags" as const] : []),
    ];
    if (properties.length === 0 && scope.length === 0 && old.type === resource.type) return undefined;
    const certain = direct.some((property) => property.recreation === "Always");
    const possible = properties.some((property) => property.recreation !== "Never");
    return {
      action: "Modify",
      logicalId,
      type: resource.type,
      replacement: certain ? "True" : possible ? "Conditional" : "False",
      properties,
      scope,
    };
  };
  const kept = [...after.resources.keys()].map(planOf).filter((change) => change !== undefined);
  const removed = [...(before?.resources.values() ?? [])]
    .filter(({ logicalId }) => !after.resources.has(logicalId))
    .map(({ logicalId, type }): PlannedChange => ({ action: "Remove", logicalId, type, properties: [], scope: [] }));
  return [...kept, ...removed];
}

/** Names of the properties whose definitions differ. */
function changedProperties(old: Resource, before: BoundTemplate, resource: Resource, after: BoundTemplate): readonly string[] {
  return differingKeys(resolveProperties(old, before.lookup()), resolveProperties(resource, after.lookup()));
}

/** Keys whose values differ; texts, numbers and truth values that read alike are alike. */
export function differingKeys(a: Values, b: Values): readonly string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.filter((name) => canonical(a[name] ?? null) !== canonical(b[name] ?? null));
}

/** The resource whose change may change this value: a replaced one through Ref, any changed one through its attributes. */
function causeOf(
  value: Value,
  after: BoundTemplate,
  planOf: (logicalId: string) => PlannedChange | undefined,
): string | undefined {
  const holds = (name: string): boolean | undefined => after.conditions.get(name);
  for (const reference of functionsIn(value, [], { holds }).flatMap(referencesOf)) {
    if ((reference.kind !== "ref" && reference.kind !== "attribute") || !after.resources.has(reference.name)) continue;
    const change = planOf(reference.name);
    if (change?.action !== "Modify") continue;
    if (reference.kind === "attribute" && change.properties.length > 0) return `${reference.name}.${reference.attribute ?? ""}`;
    if (change.replacement !== "False") return reference.name;
  }
  return undefined;
}

/** JSON with sorted keys and every scalar as text: CloudFormation takes 80 and "80" for the same. */
function canonical(value: Value): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === "number" || typeof inner === "boolean") return String(inner);
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

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
      if (action !== "Modify" || providers.get(type)?.update !== undefined) return [];
      const inPlace = properties
        .filter(({ recreation, causedBy }) => recreation !== "Always" && causedBy === undefined)
        .map(({ name }) => name);
      const said: string[] = [];
      if (inPlace.length > 0 && replacement !== "True")
        said.push(`Sandtable does not model changing ${inPlace.join(", ")} of ${type} (${logicalId}) in a stack yet; ${again}`);
      if (scope.includes("Tags") && replacement !== "True")
        said.push(`Sandtable does not model changing the tags that ${type} (${logicalId}) has from its stack yet; ${again}`);
      return said;
    }),
  ];
}

/** A plan in AWS's own terms. */
export const apiChanges = (
  plan: readonly PlannedChange[],
  physicalId: (logicalId: string) => string | undefined,
): readonly Change[] =>
  plan.map(({ action, logicalId, type, replacement, properties, scope }) => ({
    Type: "Resource",
    ResourceChange: {
      Action: action,
      LogicalResourceId: logicalId,
      PhysicalResourceId: action === "Add" ? undefined : physicalId(logicalId),
      ResourceType: type,
      Replacement: replacement,
      Scope: [...(properties.length > 0 ? ["Properties" as const] : []), ...scope],
      Details: [
        ...properties.map(({ name, recreation, causedBy }): ResourceChangeDetail => ({
          Target: { Attribute: "Properties", Name: name, RequiresRecreation: recreation },
          Evaluation: causedBy === undefined ? "Static" : "Dynamic",
          ChangeSource:
            causedBy === undefined ? "DirectModification" : causedBy.includes(".") ? "ResourceAttribute" : "ResourceReference",
          CausingEntity: causedBy,
        })),
        ...scope.map((attribute): ResourceChangeDetail => ({
          Target: { Attribute: attribute, RequiresRecreation: "Never" },
          Evaluation: "Static",
          ChangeSource: "DirectModification",
        })),
      ],
    },
  }));
