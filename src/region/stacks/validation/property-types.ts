import { dynamicReferences } from "../../../template/dynamic.js";
import { functionOf } from "../../../template/functions.js";
import { isList, isScalar, isValues, type Path, type Value, type Values } from "../../../template/value.js";
import type { Specification } from "../spec/specification.js";
import type { PropertySpecs, PropertyType } from "../spec/types.js";
import { nearest } from "../suggest.js";

/** Something that AWS would not accept of a property. */
export interface PropertyFault {
  readonly path: Path;
  readonly message: string;
}

/**
 * Hold properties against what AWS publishes of the type: unknown names, missing ones, wrong types. What is not known yet
 * passes. Texts pass for numbers and truth values where they read as such, for CloudFormation converts them.
 */
export function checkProperties(
  type: string,
  properties: Values,
  specs: PropertySpecs,
  path: Path,
  specification: Specification,
): readonly PropertyFault[] {
  const faults: PropertyFault[] = [];
  members(properties, specs, path, faults);
  return faults;

  function members(value: Values, known: PropertySpecs, at: Path, into: PropertyFault[]): void {
    for (const [name, { required }] of Object.entries(known))
      if (required === true && !Object.hasOwn(value, name)) into.push({ path: at, message: `Property ${name} cannot be empty.` });
    for (const [name, item] of Object.entries(value)) {
      const spec = Object.hasOwn(known, name) ? known[name] : undefined;
      if (spec === undefined) {
        const meant = nearest(name, Object.keys(known));
        into.push({
          path: [...at, name],
          message: `Encountered unsupported property ${name}${meant === undefined ? ` (${type} has no such property)` : `; did you mean ${meant}?`}`,
        });
      } else check(item, spec.type, name, [...at, name], into);
    }
  }

  function check(value: Value, expected: PropertyType, name: string, at: Path, into: PropertyFault[]): void {
    if (functionOf(value) !== undefined || (typeof value === "string" && dynamicReferences(value).length > 0)) return;
    const wrong = (word: string): void =>
      void into.push({ path: at, message: `Value of property ${name} must be of type ${word}` });
    if (typeof expected === "string") {
      const fits = scalarTypes[expected];
      if (!fits.accepts(value)) wrong(fits.word);
    } else if ("list" in expected) {
      if (!isList(value)) return wrong("List");
      value.forEach((item, index) => check(item, expected.list, name, [...at, index], into));
    } else if ("map" in expected) {
      if (!isValues(value)) return wrong("Map");
      for (const [key, item] of Object.entries(value)) check(item, expected.map, `${name}.${key}`, [...at, key], into);
    } else if ("structure" in expected) {
      if (!isValues(value)) return wrong("Object");
      const known = specification.structure(type, expected.structure);
      if (known !== undefined && Object.keys(known).length > 0) members(value, known, at, into);
    } else {
      const attempts = expected.oneOf.map((form) => {
        const found: PropertyFault[] = [];
        check(value, form, name, at, found);
        return found;
      });
      // The form that came nearest says most about what is wrong.
      if (attempts.every((found) => found.length > 0)) into.push(...(attempts.sort((a, b) => depth(b) - depth(a))[0] ?? []));
    }
  }
}

const depth = (faults: readonly PropertyFault[]): number => Math.max(...faults.map(({ path }) => path.length));

const isNumber = (value: Value): boolean =>
  typeof value === "number" || (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)));

const scalarTypes = {
  string: { word: "String", accepts: (value: Value): boolean => isScalar(value) },
  number: { word: "Number", accepts: isNumber },
  integer: { word: "Integer", accepts: (value: Value): boolean => isNumber(value) && Number.isInteger(Number(value)) },
  boolean: {
    word: "Boolean",
    accepts: (value: Value): boolean =>
      typeof value === "boolean" || (typeof value === "string" && /^(true|false)$/i.test(value)),
  },
  json: { word: "Json", accepts: (): boolean => true },
} as const;
