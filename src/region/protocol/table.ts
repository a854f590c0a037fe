/**
 * The compact form of an SDK client's runtime schemas: one JSON file a service, written by `scripts/compact-schemas.ts`
 * when Sandtable is built, so that the region's process never imports a client (EC2's alone costs 60 MiB and 0.7 s).
 *
 * A schema is an SDK schema array (see `@smithy/core/schema`) with its namespace dropped and its references to other
 * schemas replaced by numbers.
 */
export interface WireTable {
  /** The shape of this file; a reader refuses any other. */
  readonly table: typeof tableVersion;
  /** The name requests are signed with, e.g. `elasticloadbalancing`. */
  readonly service: string;
  /** e.g. `@aws-sdk/client-ec2@3.1169.0`. */
  readonly source: string;
  readonly protocol: ProtocolName;
  /** e.g. `com.amazonaws.ec2`. */
  readonly namespace: string;
  readonly xmlNamespace?: string;
  /** e.g. `2016-11-15`; the `Version` of the query protocols. */
  readonly apiVersion: string;
  /** The part of `X-Amz-Target` before the dot, e.g. `AmazonSSM`. */
  readonly target: string;
  /** A JSON service that spoke awsQuery before, and still tells its older clients the older error codes. */
  readonly queryCompatible: boolean;
  readonly operations: { readonly [name: string]: readonly [traits: Traits, input: SchemaRef, output: SchemaRef] };
  /** The service's modelled errors by shape name. */
  readonly errors: { readonly [name: string]: SchemaRef };
  readonly shapes: readonly CompactShape[];
}

export const tableVersion = 1;

export const protocolNames = ["ec2Query", "awsQuery", "restXml", "restJson1", "awsJson1_0", "awsJson1_1"] as const;

export type ProtocolName = (typeof protocolNames)[number];

/** A simple schema is the SDK's own number or `unit`; -1 is the first shape of the table, -2 the second, and so on. */
export type SchemaRef = number | "unit";

/** A bit set or a record, exactly as the SDK has it. */
export type Traits = number | { readonly [trait: string]: unknown };

/** A reference, with the traits of the member where it has any. */
export type MemberRef = SchemaRef | readonly [SchemaRef, Traits];

export type CompactShape =
  | readonly [kind: 0, name: string, traits: Traits, target: MemberRef]
  | readonly [kind: 1, name: string, traits: Traits, item: MemberRef]
  | readonly [kind: 2, name: string, traits: Traits, key: MemberRef, value: MemberRef]
  | readonly [
      kind: 3 | 4 | -3,
      name: string,
      traits: Traits,
      members: readonly string[],
      schemas: readonly MemberRef[],
      required: number,
    ];
