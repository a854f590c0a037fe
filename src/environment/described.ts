import type { Unknown } from "./maybe.js";
import type { NodeId, SourcePlace } from "./node.js";

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
  readonly presence?: Unknown;
  readonly implicit?: boolean;
  readonly deletionPolicy?: string;
}

/** All that one source says. */
export interface Description {
  readonly sources: readonly string[];
  readonly from: "template" | "plan" | "account";
  readonly region: string | Unknown;
  readonly account: string | Unknown;
  readonly resources: readonly Described[];
  /** What the environment promises, as written: the member `Sandtable` of a template's Metadata (`Objectives`). */
  readonly objectives?: { readonly value: Said; readonly place?: SourcePlace };
}
