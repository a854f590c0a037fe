/** What a template is made of once its text is read: JSON values, with functions in their long form (`{"Ref": "Vpc"}`). */
export type Value = null | boolean | number | string | readonly Value[] | Values;
export type Values = { readonly [key: string]: Value };

/** Where a value is, from the root of the template, e.g. `["Resources", "Vpc", "Properties", "Tags", 0]`. */
export type Path = readonly (string | number)[];

/** A place in the template's text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export const isValues = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is readonly Value[] => Array.isArray(value);

export const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";
