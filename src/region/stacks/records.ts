import type { Change, ResourceStatus, StackStatus, Tag } from "@aws-sdk/client-cloudformation";
import type { DeletionPolicy } from "../../template/template.js";
import type { Values } from "../../template/value.js";
import type { Caller, Scope } from "../operations/call.js";
import type { MemberNote } from "../operations/members.js";
import { recordType } from "../records/records.js";

/** The records of CloudFormation. Times are milliseconds since the epoch. */

/** What a stack was asked to be. */
export interface Deployment {
  readonly template: string;
  readonly description?: string;
  readonly parameters: readonly GivenParameter[];
  readonly capabilities: readonly string[];
  readonly tags: readonly Tag[];
  /** Names of other stacks' exports that the resources and outputs use. */
  readonly imports?: readonly string[];
}

export interface GivenParameter {
  readonly name: string;
  readonly given: string;
  /** A secret: shown as `****`. */
  readonly noEcho?: true;
  /** What Systems Manager held when the deployment was prepared, for the SSM parameter types. */
  readonly resolved?: string;
}

export interface StackOutput {
  readonly name: string;
  readonly value: string;
  readonly description?: string;
  /** The name under which other stacks may import it. */
  readonly exportName?: string;
}

export type OnFailure = "ROLLBACK" | "DELETE" | "DO_NOTHING";

/** Kept under its id (an ARN); a deleted stack stays, to be described by id. */
export interface Stack {
  readonly stackId: string;
  readonly stackName: string;
  readonly status: StackStatus;
  readonly statusReason?: string;
  readonly createdAt: number;
  readonly updatedAt?: number;
  readonly deletedAt?: number;
  /** What the stack is, or is on its way to be; undefined in REVIEW_IN_PROGRESS. */
  readonly deployment?: Deployment;
  /** While an update is under way, or has failed and was kept: what to go back to. Undefined then: the stack was never complete. */
  readonly previous?: Deployment;
  readonly outputs: readonly StackOutput[];
  /** Of a nested stack: the stack whose resource it is. */
  readonly parentId?: string;
  /** Of a nested stack: the one above all. */
  readonly rootId?: string;
  /** Of a nested stack: the update of its parent (`updatedAt` there) that its own last one was part of. */
  readonly partOf?: number;
  /** While an update that is done may still be taken back (by that of the parent): the outputs before it. */
  readonly previousOutputs?: readonly StackOutput[];
  readonly onFailure: OnFailure;
  readonly terminationProtection: boolean;
  /** In whose name resources are made. */
  readonly owner: Caller;
  /** The change set that was executed last. */
  readonly changeSetId?: string;
  /** Client token of the operation under way, shown with its events. */
  readonly token?: string;
  /** Resources that the deletion under way leaves alone. */
  readonly retained?: readonly string[];
  /** Until when the creation must be done (TimeoutInMinutes). */
  readonly deadline?: number;
  /** As asked at creation, shown by DescribeStacks. */
  readonly timeoutInMinutes?: number;
  /** What the operation under way creates goes when it fails, whatever its DeletionPolicy says. */
  readonly retainExceptOnCreate?: true;
  /** The role that was given for the stack; see the README for what it does here. */
  readonly roleArn?: string;
  /** The tags of the stack change, or a failed update has changed them. */
  readonly retags?: true;
  /** A failed update stays as it is (DisableRollback), until RollbackStack or another update. */
  readonly keepFailedUpdate?: true;
}
export const Stacks = recordType<Stack>("cloudformation:Stack", { sealed: ["deployment", "previous", "outputs"] });

/** A physical resource, and how it was made. */
export interface Incarnation {
  /** Undefined: there is none yet. */
  readonly physicalId?: string;
  readonly properties: Values;
  /** Logical ids it was made after, and must be deleted before. */
  readonly dependsOn: readonly string[];
}

/** A stack's entry for one of its resources; kept under `STACK-ID/LOGICAL-ID`. */
export interface StackResource extends Incarnation {
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  readonly status: ResourceStatus;
  readonly statusReason?: string;
  readonly updatedAt: number;
  readonly deletionPolicy: DeletionPolicy;
  readonly updateReplacePolicy: DeletionPolicy;
  /** Properties that are kept without having an effect here. */
  readonly recorded: readonly MemberNote[];
  /** While an update is under way: what was before (another physical resource, or the same with other properties). */
  readonly former?: Incarnation;
  /** While an update is under way that follows on a failed one: physical resources of that one, which nobody will want again. */
  readonly strays?: readonly Incarnation[];
  /** Likewise: properties that one has put in force, all of them or some. */
  readonly interim?: Values;
  /** Which update (`updatedAt` of the stack) has reached the entry last. */
  readonly reachedBy?: number;
  /** Signals that it has received (CreationPolicy), by their unique ids. */
  readonly signals?: Readonly<Record<string, "SUCCESS" | "FAILURE">>;
  /** It waits for signals: how many, and until when. */
  readonly awaits?: { readonly count: number; readonly until: number };
  /** The update is being rolled back, and this entry is on its way back or there: `former` is now what the update had made. */
  readonly wentBack?: true;
}
export const StackResources = recordType<StackResource>("cloudformation:StackResource", {
  sealed: ["properties", "former", "strays", "interim"],
});

/** All that an entry is and was, the newest first; what was changed in place is there more than once. */
export const incarnationsOf = (entry: StackResource): readonly Incarnation[] => {
  const { physicalId, properties, dependsOn, former, strays = [] } = entry;
  return [{ physicalId, properties, dependsOn }, ...strays, ...(former === undefined ? [] : [former])];
};

/** Every physical resource that an entry has, the newest first. */
export const bodiesOf = (entry: StackResource): readonly Incarnation[] => {
  const all = incarnationsOf(entry);
  return all.filter((body, index) => {
    const first = all.findIndex((other) => other.physicalId === body.physicalId);
    return body.physicalId !== undefined && first === index;
  });
};

export const resourceKey = (stackId: string, logicalId: string): string => `${stackId}/${logicalId}`;

/** Kept under its sequence, so that the order of events is the order of keys. */
export interface StackEvent {
  readonly sequence: number;
  readonly eventId: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: ResourceStatus;
  readonly reason?: string;
  /** JSON, secrets hidden. */
  readonly properties?: string;
  readonly token?: string;
  readonly at: number;
}
export const StackEvents = recordType<StackEvent>("cloudformation:StackEvent", { sealed: ["properties"] });

export const eventKey = ({ sequence }: { readonly sequence: number }): string => String(sequence).padStart(12, "0");

/** Kept under its id (an ARN). */
export interface ChangeSet {
  readonly changeSetId: string;
  readonly changeSetName: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly type: "CREATE" | "UPDATE";
  readonly description?: string;
  /** The client's token: the same request again gets the same answer. */
  readonly token?: string;
  readonly createdAt: number;
  readonly status: "CREATE_COMPLETE" | "FAILED";
  readonly statusReason?: string;
  readonly executed: boolean;
  /** The stack was updated since: it is no longer what this was made for. */
  readonly obsolete?: true;
  readonly roleArn?: string;
  readonly deployment: Deployment;
  readonly onFailure: OnFailure;
  readonly changes: readonly Change[];
}
export const ChangeSets = recordType<ChangeSet>("cloudformation:ChangeSet", { sealed: ["deployment", "changes"] });

/** By id, or by the name of one that is not deleted. */
export function findStack(scope: Scope, nameOrId: string): Stack | undefined {
  return (
    scope.records.get(Stacks, nameOrId) ??
    scope.records.list(Stacks).find(({ stackName, status }) => stackName === nameOrId && status !== "DELETE_COMPLETE")
  );
}

/** The stack above all; the stack itself, where it is not nested. */
export const rootOf = (scope: Scope, stack: Stack): Stack =>
  stack.rootId === undefined ? stack : (scope.records.get(Stacks, stack.rootId) ?? stack);

/** All entries of a stack. */
export const resourcesOf = (scope: Scope, stackId: string): readonly StackResource[] =>
  scope.records.list(StackResources).filter((resource) => resource.stackId === stackId);

/** The stack is on its way to another state; REVIEW_IN_PROGRESS waits for its user. */
export const isMoving = ({ status }: Stack): boolean => status.endsWith("_IN_PROGRESS") && status !== "REVIEW_IN_PROGRESS";

/** Nothing physical is behind this entry any more, as far as the stack is concerned. */
export const isGone = ({ status }: StackResource): boolean => status === "DELETE_COMPLETE" || status === "DELETE_SKIPPED";
