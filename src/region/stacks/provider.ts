import type { Call } from "../operations/call.js";
import type { MemberNote, MemberRules } from "../operations/members.js";
import type { RecordType } from "../records/records.js";

/** Resolved properties of a resource: intrinsic functions evaluated, CloudFormation's own types not yet coerced. */
export type Properties = Readonly<Record<string, unknown>>;

/** Names CloudFormation would make up. */
export interface Naming {
  readonly logicalId: string;
  readonly stackName: string;
  readonly stackId: string;
  /** `STACK-LOGICAL-XXXXXXXXXXXX`, cut to `maximum` characters. */
  physicalName(maximum: number): string;
  /** The stack's tags and `aws:cloudformation:*` tags, to be put on the resource. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What is to be done with a resource before it is deleted (DeletionPolicy or UpdateReplacePolicy `Snapshot`). */
export interface LastWish {
  /** The snapshot's name. */
  readonly finalSnapshot: string;
}

/** What an update changes. */
export interface PropertyChange {
  readonly from: Properties;
  readonly to: Properties;
}

/**
 * One CloudFormation resource type, as thin calls of the same service functions that the API uses. The engine passes a
 * `call` whose `commit` also writes the stack's entry for the resource, so both share one line of the journal: a provider's
 * `create` commits the resource's own record (`record`) exactly once, and that record's id is the physical id.
 */
export interface ResourceProvider {
  /** e.g. `AWS::EC2::VPC`. */
  readonly type: string;
  /** Rules for the properties; one that has no rule is refused by name before anything is created. */
  readonly properties: MemberRules;
  /** What has no effect here although the template does not say it: AWS's default is another one than ours. */
  notes?(properties: Properties): readonly MemberNote[];
  /** Where the resource's own record is kept; its first `put` in a commit of `create` tells the physical id. */
  readonly record: RecordType<object>;
  /**
   * The physical id where it is not the record's id: a route has no record of its own but lives in its table's. Told from
   * the record as it was put, so that the stack's entry is right from the same commit on. Undefined: this record is another's, made
   * on the way (the default VPC's own security group, say).
   */
  identify?(recordId: string, value: object, properties: Properties): string | undefined;
  /** Value of `Ref`; the physical id unless said otherwise. */
  ref?(call: Call, physicalId: string): string;
  /** Attributes of `Fn::GetAtt`; undefined: no such attribute. */
  readonly attributes: Readonly<Record<string, (call: Call, physicalId: string) => string | readonly string[]>>;
  /** Attributes whose names only the resource itself knows (`Outputs.X` of a nested stack). */
  readonly furtherAttributes?: {
    readonly names: RegExp;
    read(call: Call, physicalId: string, name: string): string;
  };
  /** An update of the stack always comes to this resource, and so does the way back: it may have changed although its properties have not. */
  readonly refreshes?: true;
  /** Commit the resource and return its physical id. Throws `ServiceFault`. */
  create(call: Call, properties: Properties, naming: Naming): Promise<string>;
  /** Resolves when the resource is usable (RDS `available`, an instance `running`); rejects with the reason when it never will be. */
  settled?(call: Call, physicalId: string, signal: AbortSignal): Promise<void>;
  /**
   * Change the resource in place, from one set of properties to another; as repeatable as a delete, for it also undoes a
   * change, and is done again after a crash. Resolves when the resource is usable again. Without it, a template that changes
   * the resource in place is refused by name.
   */
  update?(call: Call, physicalId: string, change: PropertyChange, naming: Naming, signal: AbortSignal): Promise<void>;
  /** The properties that `update` can change, where it cannot change all of them; a change of another is refused by name. */
  readonly updatable?: readonly string[];
  /**
   * Where AWS says "some interruptions" or "replacement" depending on values: does this change need another physical resource? Asked
   * only when no changed property replaces for certain and one may; without it such a change is made in place.
   */
  replaces?(change: PropertyChange): boolean;
  /** Delete and wait until it is gone. What is gone already succeeds. */
  delete(call: Call, physicalId: string, properties: Properties, signal: AbortSignal, last?: LastWish): Promise<void>;
}
