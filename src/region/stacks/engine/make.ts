import { resolveProperties, type BoundTemplate } from "../../../template/bind.js";
import { refusalOfDynamic, replaceDynamic, secretReference, type DynamicReference } from "../../../template/dynamic.js";
import type { Values } from "../../../template/value.js";
import { namingOf } from "../naming.js";
import { differingKeys } from "../plan.js";
import type { StackResource } from "../records.js";
import { recordedNotes } from "../validation/resources.js";
import { awaitedSignals, signalsReceived, withoutSignals } from "./signals.js";
import { entryOf, keep, moveResource, resourceChanges } from "./journal.js";
import { callOf, Closed, existingResources, providerOf, reasonOf, stackOf, type Work } from "./work.js";

/**
 * Create one resource of a stack, or go on where a crash left it: an entry without a physical id has no resource yet, one
 * with it has. Rejects when it failed (the entry and an event then say so) or was cancelled.
 */
export async function createResource(work: Work, bound: BoundTemplate, logicalId: string): Promise<void> {
  const { scope, stackId } = work;
  const found = entryOf(scope, stackId, logicalId);
  if (found?.status === "CREATE_COMPLETE") return;
  if (found?.status === "CREATE_FAILED") throw new Error(found.statusReason ?? "it failed before");
  if (found !== undefined && found.status !== "CREATE_IN_PROGRESS") return;
  if (work.signal.aborted) throw work.signal.reason;
  await make(work, found ?? begin(work, bound, logicalId), "CREATE");
}

/** The properties of a resource as they are now, and for showing. Throws `ResolutionFault`. */
export function propertiesNow(
  work: Work,
  bound: BoundTemplate,
  logicalId: string,
): {
  readonly properties: StackResource["properties"];
  readonly shown: string;
  /** Names of the properties in which a dynamic reference was replaced. */
  readonly dynamic: readonly string[];
} {
  const resource = bound.resources.get(logicalId);
  if (resource === undefined) throw new Error(`${logicalId} is not in the template`);
  const known = existingResources(work, stackOf(work));
  // Read at the last moment, as on AWS: the text stays in the template, the value is the one of now.
  const read = readDynamic(work);
  const lookup = { ...bound.lookup(known), dynamic: (text: string) => String(replaceDynamic(text, read)) };
  const properties = replaceDynamic(resolveProperties(resource, lookup), read) as Values;
  return {
    properties,
    dynamic: differingKeys(resolveProperties(resource, bound.lookup(known)), properties),
    shown: JSON.stringify(resolveProperties(resource, bound.lookup(known, { hideSecrets: true }))),
  };
}

/** What a dynamic reference stands for now. One that a function put together is looked at only here. */
function readDynamic(work: Work): (reference: DynamicReference) => string {
  const call = callOf(work, stackOf(work));
  return (reference) => {
    const refusal = refusalOfDynamic(reference);
    if (refusal !== undefined) throw new Error(refusal);
    const secret = reference.service === "secretsmanager" ? secretReference(reference.key) : undefined;
    return secret === undefined ? work.context.readParameter(call, reference.key) : work.context.readSecret(call, secret);
  };
}

function begin(work: Work, bound: BoundTemplate, logicalId: string): StackResource {
  const { scope, stackId } = work;
  const resource = bound.resources.get(logicalId);
  if (resource === undefined) throw new Error(`${logicalId} is not in the template`);
  const { updatedAt: reachedBy } = stackOf(work);
  const empty: StackResource = {
    stackId,
    logicalId,
    type: resource.type,
    status: "CREATE_IN_PROGRESS",
    updatedAt: scope.now(),
    properties: {},
    dependsOn: bound.dependencies.get(logicalId) ?? [],
    deletionPolicy: resource.deletionPolicy,
    updateReplacePolicy: resource.updateReplacePolicy,
    recorded: [],
    ...(reachedBy === undefined ? {} : { reachedBy }),
  };
  try {
    const { properties, shown } = propertiesNow(work, bound, logicalId);
    const awaits = awaitedSignals(work, bound, logicalId);
    const entry: StackResource = {
      ...empty,
      properties,
      recorded: recordedNotes(properties, providerOf(work, resource.type)),
      ...(awaits === undefined ? {} : { awaits }),
    };
    moveResource(scope, stackOf(work), entry, { shown });
    return entry;
  } catch (error) {
    if (error instanceof Closed) throw error;
    moveResource(scope, stackOf(work), { ...empty, status: "CREATE_FAILED" }, { reason: reasonOf(error) });
    throw error;
  }
}

/** Give an entry that is `…_IN_PROGRESS` its physical resource, unless it has one, and wait until that is usable. */
export async function make(work: Work, entry: StackResource, verb: "CREATE" | "UPDATE"): Promise<void> {
  const { scope, stackId, signal } = work;
  const { logicalId } = entry;
  const provider = providerOf(work, entry.type);
  const now = (): StackResource => entryOf(scope, stackId, logicalId) ?? entry;
  try {
    const physicalId = entry.physicalId ?? (await produce(work, entry));
    await provider.settled?.(callOf(work, stackOf(work)), physicalId, signal);
    await signalsReceived(work, logicalId);
    moveResource(scope, stackOf(work), { ...withoutSignals(now()), status: `${verb}_COMPLETE` });
  } catch (error) {
    if (error instanceof Closed) throw error;
    const cancelled = verb === "CREATE" ? "Resource creation cancelled" : "Resource update cancelled";
    moveResource(
      scope,
      stackOf(work),
      { ...withoutSignals(now()), status: `${verb}_FAILED` },
      { reason: signal.aborted ? cancelled : reasonOf(error) },
    );
    throw error;
  }
}

/**
 * Let the provider create, and put the stack's entry into the very commit that holds the resource's own record: whatever
 * happens in between, each of both is there or neither.
 */
async function produce(work: Work, entry: StackResource): Promise<string> {
  const { scope } = work;
  const stack = stackOf(work);
  const provider = providerOf(work, entry.type);
  let noted: string | undefined;
  const call = callOf(work, stack, (changes) => {
    const own = changes.find((change) => change.do === "put" && change.type.name === provider.record.name);
    if (noted !== undefined || own?.do !== "put") return changes;
    noted = provider.identify === undefined ? own.id : provider.identify(own.id, own.value, entry.properties);
    if (noted === undefined) return changes;
    return [
      ...changes,
      ...resourceChanges(scope, stack, { ...entry, physicalId: noted }, { reason: "Resource creation Initiated" }),
    ];
  });
  const physicalId = await provider.create(call, entry.properties, namingOf(stack, entry.logicalId));
  const identified = { ...entry, physicalId };
  if (noted === undefined) moveResource(scope, stack, identified, { reason: "Resource creation Initiated" });
  else if (noted !== physicalId) scope.commit(keep(identified));
  return physicalId;
}
