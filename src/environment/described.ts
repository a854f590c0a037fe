import type { Unknown } from "./maybe.js";
import type { Assumed, NodeId, SourcePlace, Unexamined } from "./node.js";

/** A value that names another resource: what `Ref` (no attribute) or `Fn::GetAtt` of it gives. */
export class Reference {
  constructor(
    readonly node: NodeId,
    readonly attribute?: string,
  ) {}
}

/** A text of which only parts are known (`arn:aws:s3:::${Bucket}/*`, user data with a database's address in it). */
export class PartialText {
  constructor(readonly parts: readonly (string | Unknown | Reference)[]) {}
}

/**
 * A property's value as a source gives it: JSON, with references where it names others, and unknowns where it says nothing. User data
 * is base64 where all of it is known; a `PartialText` of it stands for its plain text.
 */
export type Said =
  | null
  | boolean
  | number
  | string
  | Unknown
  | Reference
  | PartialText
  | readonly Said[]
  | { readonly [name: string]: Said };

/**
 * A resource in CloudFormation's form (type and properties as in its resource specification), whatever it was read from: a template, a
 * Terraform plan, an account's Describe calls. The graph is made from these in one place, so that all sources give the same one.
 */
export interface Described {
  readonly id: NodeId;
  /** e.g. `AWS::EC2::Subnet`. */
  readonly type: string;
  readonly properties: { readonly [name: string]: Said };
  readonly place?: SourcePlace;
  /** `path` as in `SecurityGroupIngress.0.CidrIp`; the nearest place around it. */
  readonly placeOf?: (path: string) => SourcePlace | undefined;
  readonly physicalId?: string;
  /**
   * What AWS gives once the resource exists, by the names of Fn::GetAtt (`PublicIp`, `PrivateIp`, `Endpoint.Port`); and of a VPC, where
   * another one than `ID/MainRouteTable` is its main route table: `MainRouteTable`.
   */
  readonly attributes?: { readonly [name: string]: Said };
  readonly presence?: Unknown;
  readonly implicit?: boolean;
  /** Undefined: the source does not say (an account, a plan). */
  readonly deletionPolicy?: string;
}

/** All that one source says. */
export interface Description {
  readonly sources: readonly string[];
  readonly from: "template" | "plan" | "account";
  readonly region: string | Unknown;
  readonly account: string | Unknown;
  readonly resources: readonly Described[];
  /** What could not be looked at at all (an operation that is denied, say), beside the resources of unknown types. */
  readonly unexamined?: readonly Unexamined[];
  /** What is taken to be so, although the source does not say it for sure. */
  readonly assumed?: readonly Assumed[];
  /** Names of machine images, by their ids, where the source knows them. */
  readonly imageNames?: ReadonlyMap<string, string>;
  /** What the environment promises, as written: the member `Sandtable` of a template's Metadata (`Objectives`). */
  readonly objectives?: { readonly value: Said; readonly place?: SourcePlace };
}
