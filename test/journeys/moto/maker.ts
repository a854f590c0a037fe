import type { MotoEndpoint } from "../../support/moto.js";

export interface Made {
  /** What `Ref` of it gives. */
  readonly ref: string;
  /** What `Fn::GetAtt` of it gives, by attribute. */
  readonly attributes?: Readonly<Record<string, string | undefined>>;
}

export type Maker = (at: MotoEndpoint, logicalId: string, properties: unknown) => Promise<Made>;

/** The fixtures' properties are of the shape that their type's maker says: moto would refuse others. */
export const maker =
  <Properties>(make: (at: MotoEndpoint, logicalId: string, properties: Properties) => Promise<Made>): Maker =>
  (at, logicalId, properties) =>
    make(at, logicalId, properties as Properties);

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}
