/**
 * What AWS publishes about a resource type, as compact as it can be kept: one JSON file for each namespace (`AWS-EC2.json`)
 * and one with the names of all types, written by `scripts/compact-spec.ts` when Sandtable is built.
 */
export interface ResourceTypeSpec {
  readonly properties: PropertySpecs;
  /** Names for Fn::GetAtt, e.g. `Endpoint.Address`. */
  readonly attributes: readonly string[];
  /** Properties and attributes that together identify a resource, e.g. `["VpcId"]`; absent where AWS does not say. */
  readonly identifiers?: readonly string[];
}

export type PropertySpecs = { readonly [property: string]: PropertySpec };

export interface PropertySpec {
  readonly type: PropertyType;
  readonly required?: true;
  /** Does another value replace the resource? Absent: no. */
  readonly replaces?: "yes" | "maybe";
}

export type PropertyType =
  | "string"
  | "number"
  | "integer"
  | "boolean"
  /** Anything. */
  | "json"
  | { readonly list: PropertyType }
  | { readonly map: PropertyType }
  /** A structure, by its name in the namespace file. */
  | { readonly structure: string }
  | { readonly oneOf: readonly PropertyType[] };

/** One namespace file. */
export interface NamespaceSpec {
  readonly types: { readonly [type: string]: ResourceTypeSpec };
  readonly structures: { readonly [name: string]: PropertySpecs };
}

/** `AWS::EC2::VPC` -> `AWS-EC2.json`. */
export const namespaceFile = (type: string): string => `${type.split("::").slice(0, 2).join("-")}.json`;

export const namesFile = "names.json";
