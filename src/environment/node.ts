import type { Maybe, Unknown } from "./maybe.js";

/**
 * What a node is called in its graph: the logical id in a template (`STACK.ID` where several are read at once), the address in a
 * Terraform plan, and in an account the logical id of the stack that made it, else AWS's own id.
 */
export type NodeId = string;

/** Where it is written; line and column count from 1. Nodes of an account have none, and neither have those AWS adds by itself. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What every node of the graph has. */
export interface Node {
  readonly id: NodeId;
  /** In CloudFormation's words, e.g. `AWS::EC2::Subnet`, whatever it was read from. */
  readonly type: string;
  /** What people call it: its Name tag, its identifier, else the id. */
  readonly name: string;
  readonly place?: SourcePlace;
  /** Place of one of its properties, by CloudFormation's name (`SecurityGroupIngress.0`), for findings that are about it. */
  readonly placeOf?: (property: string) => SourcePlace | undefined;
  readonly tags: Readonly<Record<string, Maybe<string>>>;
  /** Its id on AWS, where it exists there. */
  readonly physicalId?: string;
  /** Given where it hangs on a condition whose value is not known. */
  readonly presence?: Unknown;
  /** Made by AWS beside something that was asked for (a VPC's main route table, its default group and ACL). */
  readonly implicit?: boolean;
}

/** A resource of a type that the graph does not hold: told, never skipped in silence. */
export interface Unexamined {
  readonly id: NodeId;
  readonly type: string;
  readonly place?: SourcePlace;
  readonly why: string;
  /** A provider of Terraform of which nothing is known here, so that not even what kind of thing it is can be told. */
  readonly foreign?: string;
  /** Those that are known of it. */
  readonly tags?: Readonly<Record<string, Maybe<string>>>;
}

/** Something about a resource that is taken to be so, although its source does not say it for sure: a verdict must not rest on it. */
export interface Assumed {
  readonly id: NodeId;
  readonly type: string;
  readonly what: string;
  readonly why: string;
  readonly place?: SourcePlace;
}
