import type { Unknown } from "./maybe.js";
import type { NodeId, SourcePlace, Unexamined } from "./node.js";

/** A value that names another resource: what `Ref` (no attribute) or `Fn::GetAtt` of it gives. */
export class Reference {
  constructor(
    readonly node: NodeId,
    readonly attribute?: string,
  ) {}
}

/** A property's value as a source gives it: JSON, with references where it names others, and unknowns where it says nothing. */
export type Said = null | boolean | number | string | Unknown | Reference | readonly Said[] | { readonly [name: string]: Said };

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
   * What AWS gave it, as `Fn::GetAtt` tells it (`PublicIp`, `AvailabilityZone`), where the source has that. Three that CloudFormation has no word for:
   * `IsDefault` of a VPC, `State` of a route (`blackhole`) and of a peering connection (`active`).
   */
  readonly attributes?: { readonly [name: string]: Said };
  readonly presence?: Unknown;
  readonly implicit?: boolean;
  readonly deletionPolicy?: string;
}

/**
 * All that one source says. An account and a plan state everything: an implicit resource that is described (`Vpc/DefaultNetworkAcl`) stands in place
 * of the one that AWS's defaults would give, and a security group whose `SecurityGroupEgress` is an empty list lets nothing out.
 */
export interface Description {
  readonly sources: readonly string[];
  readonly from: "template" | "plan" | "account";
  readonly region: string | Unknown;
  readonly account: string | Unknown;
  readonly resources: readonly Described[];
  /** Resources, or whole types, that this source could not tell (an operation that was denied, say). */
  readonly unexamined?: readonly Unexamined[];
  /** What the environment promises, as written: the member `Sandtable` of a template's Metadata (`Objectives`). */
  readonly objectives?: { readonly value: Said; readonly place?: SourcePlace };
}
