import { resolveProperties, type BoundTemplate } from "../../../template/bind.js";
import { dynamicReferences, replaceDynamic } from "../../../template/dynamic.js";
import { functionOf } from "../../../template/functions.js";
import { type Problems } from "../../../template/problems.js";
import { functionsIn, referencesOf } from "../../../template/references.js";
import type { Resource } from "../../../template/template.js";
import { isList, isValues, type Path, type Value, type Values } from "../../../template/value.js";
import { reviewMembers, type MemberNote } from "../../operations/members.js";
import type { ResourceProvider } from "../provider.js";
import type { Specification } from "../spec/specification.js";
import { nearest } from "../suggest.js";
import { checkProperties } from "./property-types.js";

export type Providers = ReadonlyMap<string, ResourceProvider>;

/**
 * Everything about resources that can be told before any is created: unknown and unmodelled types, properties and
 * attributes, missing properties, wrong types.
 */
export function checkResources(
  bound: BoundTemplate,
  providers: Providers,
  specification: Specification,
  problems: Problems,
  readStored: (name: string) => string | undefined = () => undefined,
): void {
  for (const resource of bound.template.resources.values()) {
    const path = ["Resources", resource.logicalId];
    if (!checkType(resource, providers, specification, bound.resources.has(resource.logicalId), problems)) continue;
    if (!bound.resources.has(resource.logicalId)) continue;
    const written = resolveProperties(resource, bound.lookup(), problems);
    const at = [...path, "Properties"];
    for (const [name, value] of Object.entries(written))
      for (const { service, key } of dynamicReferences(value))
        if (service === "ssm" && readStored(key) === undefined)
          problems.add([...at, name], `Parameters: [${key}] cannot be found.`);
    // A secret is read when the resource is made: it may be made by this template, too.
    const properties = replaceDynamic(written, ({ service, key }) =>
      service === "ssm" ? (readStored(key) ?? "") : undefined,
    ) as Values;
    if (resource.type === "AWS::CloudFormation::WaitCondition") checkWaiting(resource, properties, problems);
    const provider = providers.get(resource.type);
    const spec = specification.of(resource.type);
    const faults = spec === undefined ? [] : checkProperties(resource.type, properties, spec.properties, at, specification);
    for (const fault of faults) problems.add(fault.path, fault.message);
    if (provider === undefined) continue;
    for (const note of reviewMembers(withoutPending(properties), provider.properties).refused) {
      const notePath = [...at, ...pathOfNote(note)];
      const said = faults.some((fault) => fault.path.join() === notePath.join());
      if (!said) problems.add(notePath, `Sandtable does not model ${note.path} of ${resource.type}: ${note.because}`);
    }
  }
  checkAttributes(bound, providers, specification, problems);
}

/** A wait condition waits for the signals of its handle or for those of its CreationPolicy. */
function checkWaiting({ logicalId, creationPolicy }: Resource, properties: Values, problems: Problems): void {
  const path = ["Resources", logicalId];
  if (creationPolicy === undefined)
    for (const name of ["Handle", "Timeout"])
      if (properties[name] === undefined) problems.add(path, `Property ${name} cannot be empty.`);
  if (creationPolicy !== undefined && properties["Handle"] !== undefined)
    problems.add(path, "A WaitCondition has a Handle or a CreationPolicy, not both");
}

/** The properties of a resource that are kept without having an effect here. */
export const recordedNotes = (properties: Values, provider: ResourceProvider): readonly MemberNote[] => [
  ...reviewMembers(withoutPending(properties), provider.properties).recorded,
  ...(provider.notes?.(properties) ?? []),
];

/** Is the type one that is modelled? If not, that is a problem where the resource is wanted. */
export function checkType(
  resource: Resource,
  providers: Providers,
  specification: Specification,
  included: boolean,
  problems: Problems,
): boolean {
  const { type, logicalId } = resource;
  const path = ["Resources", logicalId, "Type"];
  if (providers.has(type)) return true;
  if (type.startsWith("Custom::") || type === "AWS::CloudFormation::CustomResource") {
    if (included)
      problems.add(
        path,
        `Sandtable does not model custom resources (${type}), which run Lambda functions; use resources of CloudFormation's own`,
      );
  } else if (!specification.exists(type)) {
    const meant = nearest(type, specification.names());
    problems.add(
      path,
      `Template format error: Unrecognized resource types: [${type}]${meant === undefined ? "" : `; did you mean ${meant}?`}`,
    );
  } else if (included) {
    const why = Object.hasOwn(reasons, type) ? ` (${reasons[type]})` : "";
    problems.add(
      path,
      `Sandtable does not model ${type} yet${why}; leave it out of the local environment (a Condition can), or deploy to AWS`,
    );
  }
  return false;
}

/** Why some types are not modelled, where it is worth a word. */
const reasons: Readonly<Record<string, string>> = {
  "AWS::RDS::EventSubscription": "it tells through SNS, which is not modelled",
  "AWS::SecretsManager::RotationSchedule": "rotation runs a Lambda function, which is not modelled",
};

function checkAttributes(bound: BoundTemplate, providers: Providers, specification: Specification, problems: Problems): void {
  const holds = (name: string): boolean | undefined => bound.conditions.get(name);
  const places: [Value, Path][] = [
    ...[...bound.resources.values()].map((resource): [Value, Path] => [
      resource.properties,
      ["Resources", resource.logicalId, "Properties"],
    ]),
    ...[...bound.outputs.values()].map((output): [Value, Path] => [output.value, ["Outputs", output.name, "Value"]]),
  ];
  for (const [value, path] of places)
    for (const reference of functionsIn(value, path, { holds }).flatMap(referencesOf)) {
      if (reference.kind !== "attribute" || reference.attribute === undefined) continue;
      const resource = bound.resources.get(reference.name);
      const provider = resource === undefined ? undefined : providers.get(resource.type);
      if (resource === undefined || provider === undefined || Object.hasOwn(provider.attributes, reference.attribute)) continue;
      if (provider.furtherAttributes?.names.test(reference.attribute) === true) continue;
      const known = specification.of(resource.type)?.attributes ?? [];
      const meant = nearest(reference.attribute, Object.keys(provider.attributes));
      problems.add(
        reference.path,
        known.includes(reference.attribute)
          ? `Sandtable does not model the attribute ${reference.attribute} of ${resource.type} (${reference.name})`
          : `Template error: resource ${reference.name} does not support attribute type ${reference.attribute} in Fn::GetAtt${meant === undefined ? "" : `; did you mean ${meant}?`}`,
      );
    }
}

/** `Tags.1.Key` -> `["Tags", 0, "Key"]`: the notes count from 1. */
const pathOfNote = (note: MemberNote): Path => note.path.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) - 1 : part));

/** The rules look at values: a function that has none yet would be taken for a structure of its own. */
function withoutPending(value: Values): Record<string, unknown> {
  const strip = (inner: Value): unknown => {
    if (functionOf(inner) !== undefined) return notKnownYet;
    if (isList(inner)) return inner.map(strip);
    return isValues(inner) ? Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, strip(item)])) : inner;
  };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, strip(item)]));
}

const notKnownYet = "(known when the resource is created)";
