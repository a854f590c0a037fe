import { ServiceFault } from "../operations/fault.js";

/**
 * The parameters of a query request as a tree: `Filter.1.Value.2=x` is Filter -> 1 -> Value -> 2. A node may have both a
 * value and children only when the request is wrong.
 */
export interface Parameter {
  /** The whole name as it was sent, e.g. `Filter.1.Value.2`; of an inner node, that of the first parameter below it. */
  readonly sentAs: string;
  value: string | undefined;
  readonly children: Map<string, Parameter>;
}

/**
 * `application/x-www-form-urlencoded`, strictly: a broken escape or a name given twice is refused rather than guessed at.
 * @throws ServiceFault MalformedQueryString
 */
export function parseParameters(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    if (parameters.has(name)) throw malformed(`The parameter ${name} is given more than once.`);
    parameters.set(name, equals < 0 ? "" : decode(pair.slice(equals + 1)));
  }
  return parameters;
}

/** Iterative, for a name may have a million dots. */
export function parameterTree(parameters: ReadonlyMap<string, string>): Parameter {
  const root: Parameter = { sentAs: "", value: undefined, children: new Map() };
  for (const [name, value] of parameters) {
    let node = root;
    for (const part of name.split(".")) {
      let child = node.children.get(part);
      if (child === undefined) node.children.set(part, (child = { sentAs: name, value: undefined, children: new Map() }));
      node = child;
    }
    node.value = value;
  }
  return root;
}

export const malformed = (message: string): ServiceFault => new ServiceFault("MalformedQueryString", message, 404);

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw malformed(`The query string is not valid: "${text.slice(0, 60)}" is not URL-encoded UTF-8.`);
  }
}
