import { functionOf, type FunctionCall } from "./functions.js";
import { partsOfSub } from "./sub.js";
import { isList, isValues, type Path, type Value } from "./value.js";

/** A name that an expression mentions. */
export type Reference =
  | { readonly kind: "ref"; readonly name: string; readonly path: Path }
  /** `attribute` is undefined when it is itself computed. */
  | { readonly kind: "attribute"; readonly name: string; readonly attribute: string | undefined; readonly path: Path }
  | { readonly kind: "condition"; readonly name: string; readonly path: Path }
  | { readonly kind: "mapping"; readonly name: string; readonly path: Path };

export interface Visit {
  readonly call: FunctionCall;
  readonly path: Path;
}

/**
 * Visit every function in a value, outermost first. `holds` tells which branch of an Fn::If counts: without it both do,
 * and an unknown condition (`undefined`) counts neither.
 */
export function functionsIn(
  value: Value,
  path: Path,
  options: { readonly inConditions?: boolean; readonly holds?: (condition: string) => boolean | undefined } = {},
): readonly Visit[] {
  const visits: Visit[] = [];
  descend(value, path);
  return visits;

  function descend(inner: Value, at: Path): void {
    const call = functionOf(inner, options.inConditions);
    if (call !== undefined) {
      const here = [...at, call.name];
      visits.push({ call, path: here });
      if (call.name === "Fn::If" && isList(call.argument) && options.holds !== undefined) {
        const holds = typeof call.argument[0] === "string" ? options.holds(call.argument[0]) : undefined;
        const branch = holds === true ? 1 : holds === false ? 2 : undefined;
        if (branch !== undefined) descend(call.argument[branch] ?? null, [...here, branch]);
        return;
      }
      descend(call.argument, here);
    } else if (isList(inner)) inner.forEach((item, index) => descend(item, [...at, index]));
    else if (isValues(inner)) for (const [key, item] of Object.entries(inner)) descend(item, [...at, key]);
  }
}

/** The names that one function mentions itself (not those of functions inside its argument). */
export function referencesOf({ call, path }: Visit): readonly Reference[] {
  const { name, argument } = call;
  const first = isList(argument) ? argument[0] : argument;
  switch (name) {
    case "Ref":
      return typeof argument === "string" ? [{ kind: "ref", name: argument, path }] : [];
    case "Condition":
      return typeof argument === "string" ? [{ kind: "condition", name: argument, path }] : [];
    case "Fn::If":
      return typeof first === "string" ? [{ kind: "condition", name: first, path }] : [];
    case "Fn::FindInMap":
      return typeof first === "string" ? [{ kind: "mapping", name: first, path }] : [];
    case "Fn::GetAtt": {
      const pair = attributeOf(argument);
      return pair === undefined
        ? []
        : [
            {
              kind: "attribute",
              name: pair.logicalId,
              attribute: typeof pair.attribute === "string" ? pair.attribute : undefined,
              path,
            },
          ];
    }
    case "Fn::Sub":
      return typeof first === "string" ? namesInSub(first, isList(argument) ? argument[1] : undefined, path) : [];
    default:
      return [];
  }
}

/** The two halves of the argument of Fn::GetAtt. */
export function attributeOf(argument: Value): { readonly logicalId: string; readonly attribute: Value } | undefined {
  if (typeof argument === "string") {
    const dot = argument.indexOf(".");
    return dot > 0 ? { logicalId: argument.slice(0, dot), attribute: argument.slice(dot + 1) } : undefined;
  }
  if (!isList(argument) || typeof argument[0] !== "string" || argument[1] === undefined) return undefined;
  return { logicalId: argument[0], attribute: argument[1] };
}

function namesInSub(text: string, locals: Value | undefined, path: Path): readonly Reference[] {
  const known = isValues(locals) ? locals : {};
  const references: Reference[] = [];
  let parts: ReturnType<typeof partsOfSub>;
  try {
    parts = partsOfSub(text);
  } catch {
    return []; // said once, where the shape of the function is looked at
  }
  for (const part of parts) {
    if ("text" in part) continue;
    const whole = part.attribute === undefined ? part.name : `${part.name}.${part.attribute}`;
    if (Object.hasOwn(known, whole)) continue;
    references.push(
      part.attribute === undefined
        ? { kind: "ref", name: part.name, path }
        : { kind: "attribute", name: part.name, attribute: part.attribute, path },
    );
  }
  return references;
}
