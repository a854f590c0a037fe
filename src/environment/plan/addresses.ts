/** A module's or a resource's instance key: of `count` a number, of `for_each` a text. */
export type Key = string | number;

/** A reference, in steps: `module.net.ids[0]` is `module`, `net`, `ids`, and the key 0. */
export type Step = { readonly name: string } | { readonly key: Key };

/** Reads names, `[0]` and `["key"]` as Terraform writes them in addresses and references. */
export function stepsOf(text: string): readonly Step[] {
  const steps: Step[] = [];
  const pattern = /\.?([\w-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/gy;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, name, index, quoted] = match;
    if (name !== undefined) steps.push({ name });
    else if (index !== undefined) steps.push({ key: Number(index) });
    else if (quoted !== undefined) steps.push({ key: keyOf(quoted) });
  }
  return steps;
}

const keyOf = (quoted: string): string => {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
};

export const keyText = (key: Key | undefined): string =>
  key === undefined ? "" : typeof key === "number" ? `[${key}]` : `[${JSON.stringify(key)}]`;

/** Without keys: how the configuration calls it. */
export const withoutKeys = (address: string): string =>
  stepsOf(address)
    .flatMap((step) => ("name" in step ? [step.name] : []))
    .join(".");

/** The last key of an address, e.g. 1 of `module.net[1]`. */
export function lastKey(address: string): Key | undefined {
  const last = stepsOf(address).at(-1);
  return last !== undefined && "key" in last ? last.key : undefined;
}

/** The module around a module or resource; empty: the root. */
export function parentOf(moduleAddress: string): string {
  const steps = [...stepsOf(moduleAddress)];
  while (steps.length > 0) {
    const step = steps.pop();
    if (step !== undefined && "name" in step && step.name === "module") break;
    const before = steps.at(-1);
    // `module.a.module.b`: a module may itself be called "module".
    if (step !== undefined && "name" in step && before !== undefined && "name" in before && before.name === "module") {
      steps.pop();
      break;
    }
  }
  return steps.map((step, index) => ("key" in step ? keyText(step.key) : `${index === 0 ? "" : "."}${step.name}`)).join("");
}
