import type { Value } from "../../../template/value.js";
import type { ResourceLookup } from "../../../template/bind.js";
import type { Call, Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import type { Commit } from "../../records/records.js";
import type { StacksContext } from "../context.js";
import type { ResourceProvider } from "../provider.js";
import { Stacks, type Stack } from "../records.js";
import { entryOf } from "./journal.js";

/** One stack being carried on. */
export interface Work {
  /** Its `commit` throws `Closed` once the engine was closed: what is half done is left to the next start. */
  readonly scope: Scope;
  readonly stackId: string;
  readonly context: StacksContext;
  /** Aborted when the stack has something else to do (it is being deleted) or the engine is closed. */
  readonly signal: AbortSignal;
}

/** The engine was closed; nobody may commit any more. */
export class Closed extends Error {}

export function stackOf({ scope, stackId }: Work): Stack {
  const stack = scope.records.get(Stacks, stackId);
  if (stack === undefined) throw new Error(`The stack ${stackId} has no record.`);
  return stack;
}

export function providerOf({ context }: Work, type: string): ResourceProvider {
  const provider = context.providers.get(type);
  if (provider === undefined) throw new Error(`Sandtable does not model ${type} (a state folder of another version?)`);
  return provider;
}

/** A call in the name of the stack's owner; `alongside` may add to what is committed through it. */
export function callOf({ scope }: Work, stack: Stack, alongside: (changes: Commit) => Commit = (changes) => changes): Call {
  return {
    accountId: scope.accountId,
    regionName: scope.regionName,
    records: scope.records,
    objects: scope.objects,
    serverLogs: scope.serverLogs,
    upkeep: scope.upkeep,
    now: () => scope.now(),
    until: (done, signal) => scope.until(done, signal),
    commit: (...changes) => scope.commit(...alongside(changes)),
    requestId: stack.token ?? stack.stackId,
    caller: stack.owner,
    holdWhile: () => Promise.resolve(), // nobody waits for the answer
  };
}

/** What expressions may know of the resources that exist. */
export function existingResources(work: Work, stack: Stack): ResourceLookup {
  const call = callOf(work, stack);
  const find = (logicalId: string): { readonly type: string; readonly physicalId: string } | undefined => {
    const entry = entryOf(work.scope, work.stackId, logicalId);
    return entry?.physicalId === undefined ? undefined : { type: entry.type, physicalId: entry.physicalId };
  };
  return {
    ref(logicalId): Value | undefined {
      const found = find(logicalId);
      return found === undefined ? undefined : (providerOf(work, found.type).ref?.(call, found.physicalId) ?? found.physicalId);
    },
    attribute(logicalId, name): Value | undefined {
      const found = find(logicalId);
      if (found === undefined) return undefined;
      const { attributes, furtherAttributes: further } = providerOf(work, found.type);
      return further?.names.test(name) === true
        ? further.read(call, found.physicalId, name)
        : attributes[name]?.(call, found.physicalId);
    },
  };
}

/** Why it failed, as CloudFormation words what a resource's handler says. */
export function reasonOf(error: unknown): string {
  if (error instanceof ServiceFault) return `Resource handler returned message: "${error.message}" (Error Code: ${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
