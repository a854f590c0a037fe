import type { Change, ResourceChange, ResourceChangeDetail } from "@aws-sdk/client-cloudformation";
import { attempt, resolveProperties, type BoundTemplate, type ResourceLookup } from "../../template/bind.js";
import { functionOf } from "../../template/functions.js";
import { Problems } from "../../template/problems.js";
import { isList, isScalar, isValues, type Value, type Values } from "../../template/value.js";
import { canonical, type Cause, type PlannedChange, type PlannedProperty } from "./plan.js";

/** What a plan is shown with. */
export interface Sight {
  readonly before?: BoundTemplate;
  readonly after: BoundTemplate;
  /** The resources there are. */
  readonly existing: ResourceLookup;
  readonly physicalId: (logicalId: string) => string | undefined;
}

/** AWS's word for a value that only the deployment will tell. */
const knownLater = "{{changeSet:KNOWN_AFTER_APPLY}}";

/**
 * A plan in AWS's own terms, property values included; `withoutValues` takes them away. Secrets read as `****`.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
 */
export const apiChanges = (plan: readonly PlannedChange[], sight: Sight): readonly Change[] =>
  plan.map((change) => ({ Type: "Resource", ResourceChange: apiChange(change, plan, sight) }));

function apiChange(change: PlannedChange, plan: readonly PlannedChange[], sight: Sight): ResourceChange {
  const { action, logicalId, type, replacement, properties, scope, policyAction, automatic = false } = change;
  const was = action === "Add" ? undefined : shown(sight.before, logicalId, sight.existing);
  const is = action === "Remove" ? undefined : shown(sight.after, logicalId, keptBy(plan, sight.existing));
  const tags = properties.filter(({ name }) => name === "Tags");
  const attributes = [
    ...(properties.length > tags.length || automatic ? ["Properties" as const] : []),
    ...(tags.length > 0 && !scope.includes("Tags") ? ["Tags" as const] : []),
    ...scope,
  ];
  return {
    Action: action,
    LogicalResourceId: logicalId,
    PhysicalResourceId: action === "Add" ? undefined : sight.physicalId(logicalId),
    ResourceType: type,
    Replacement: replacement,
    PolicyAction: policyAction,
    Scope: attributes,
    Details: [
      ...properties.flatMap((property) => details(property, was?.[property.name], is?.[property.name])),
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html (ChangeSource)
      ...(automatic
        ? [
            {
              Target: { Attribute: "Properties" as const, RequiresRecreation: "Never" as const },
              Evaluation: "Dynamic" as const,
              ChangeSource: "Automatic" as const,
            },
          ]
        : []),
      ...scope.map((attribute): ResourceChangeDetail => ({
        Target: { Attribute: attribute, RequiresRecreation: "Never" },
        Evaluation: "Static",
        ChangeSource: "DirectModification",
      })),
    ],
    BeforeContext: was === undefined ? undefined : JSON.stringify({ Properties: was }),
    AfterContext: is === undefined ? undefined : JSON.stringify({ Properties: is }),
  };
}

/** The properties of a resource as a person may see them; what is not known reads as AWS words it. */
function shown(bound: BoundTemplate | undefined, logicalId: string, resources: ResourceLookup): Values | undefined {
  const resource = bound?.resources.get(logicalId);
  if (bound === undefined || resource === undefined) return undefined;
  const ignored = new Problems(() => ({ line: 1, column: 1 }));
  const values = attempt(() => resolveProperties(resource, bound.lookup(resources, { hideSecrets: true }), ignored), ignored);
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, settled(value)]));
}

/** What the plan leaves as it is, is known already. */
const keptBy = (plan: readonly PlannedChange[], existing: ResourceLookup): ResourceLookup => {
  const changes = new Map(plan.map((change) => [change.logicalId, change]));
  return {
    ref: (logicalId) => ((changes.get(logicalId)?.replacement ?? "False") === "False" ? existing.ref(logicalId) : undefined),
    attribute: (logicalId, name) =>
      (changes.get(logicalId)?.properties.length ?? 0) === 0 && changes.get(logicalId)?.automatic !== true
        ? existing.attribute(logicalId, name)
        : undefined,
  };
};

function settled(value: Value): Value {
  if (functionOf(value) !== undefined) return knownLater;
  if (isList(value)) return value.map(settled);
  return isValues(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, settled(item)])) : value;
}

function details(
  { name, recreation, causes }: PlannedProperty,
  was: Value | undefined,
  is: Value | undefined,
): ResourceChangeDetail[] {
  const found = changedLeaves(was, is, `/Properties/${name}`);
  // Nothing to be seen: a secret, or a value that will be known later and is the same text as before.
  const leaves = found.length > 0 ? found : [{ path: `/Properties/${name}`, was, is }];
  return causes.flatMap((cause) => {
    const own = leaves.filter((leaf) => (textOf(leaf.is) === knownLater) === isOfResource(cause));
    return (own.length > 0 ? own : leaves).map((leaf): ResourceChangeDetail => ({
      Target: {
        ...(name === "Tags" ? { Attribute: "Tags" } : { Attribute: "Properties", Name: name }),
        RequiresRecreation: recreation,
        Path: leaf.path,
        BeforeValue: textOf(leaf.was),
        AfterValue: textOf(leaf.is),
        AttributeChangeType: leaf.was === undefined ? "Add" : leaf.is === undefined ? "Remove" : "Modify",
      },
      Evaluation: cause.evaluation,
      ChangeSource: cause.source,
      CausingEntity: "entity" in cause ? cause.entity : undefined,
    }));
  });
}

const isOfResource = ({ source }: Cause): boolean => source === "ResourceReference" || source === "ResourceAttribute";

interface Leaf {
  readonly path: string;
  readonly was: Value | undefined;
  readonly is: Value | undefined;
}

/** Where two values differ, as deep as both have the same form. */
function changedLeaves(was: Value | undefined, is: Value | undefined, path: string): readonly Leaf[] {
  if (isValues(was) && isValues(is))
    return Object.keys({ ...was, ...is }).flatMap((key) => changedLeaves(was[key], is[key], `${path}/${key}`));
  if (isList(was) && isList(is))
    return [...(was.length > is.length ? was : is).keys()].flatMap((index) =>
      changedLeaves(was[index], is[index], `${path}/${index}`),
    );
  return canonical(was ?? null) === canonical(is ?? null) ? [] : [{ path, was, is }];
}

const textOf = (value: Value | undefined): string | undefined =>
  value === undefined ? undefined : isScalar(value) ? String(value) : JSON.stringify(value);

/** The same without property values: one detail for each property and cause. */
export function withoutValues(change: Change): Change {
  const { ResourceChange: inner } = change;
  if (inner === undefined) return change;
  const { BeforeContext: _before, AfterContext: _after, ...rest } = inner;
  const known = new Map<string, ResourceChangeDetail>();
  for (const detail of inner.Details ?? []) {
    const { Attribute, Name, RequiresRecreation } = detail.Target ?? {};
    const key = JSON.stringify([Attribute, Name, detail.ChangeSource, detail.Evaluation, detail.CausingEntity]);
    if (!known.has(key))
      known.set(key, { ...detail, Target: { Attribute, ...(Name === undefined ? {} : { Name }), RequiresRecreation } });
  }
  return { ...change, ResourceChange: { ...rest, Details: [...known.values()] } };
}
