import { isDeepStrictEqual } from "node:util";
import type { Template } from "../../template/template.js";
import { isValues, type Path, type Value } from "../../template/value.js";
import type { Description, Said } from "../described.js";
import { readObjectives } from "../graph/objectives.js";
import type { FileProblem } from "./describe.js";

const path = ["Metadata", "Sandtable", "Objectives"];

/** What the templates promise together: `Metadata: {Sandtable: {Objectives: …}}` of each. Two may say the same, but not contradict each other. */
export function objectivesOf(stacks: readonly { readonly file: string; readonly template: Template }[]): {
  readonly said: Description["objectives"] | undefined;
  readonly problems: readonly FileProblem[];
} {
  const merged: Record<string, { readonly said: Said; readonly value: unknown; readonly file: string }> = {};
  const problems: FileProblem[] = [];
  let place: { readonly file: string; readonly line: number; readonly column: number } | undefined;
  for (const { file, template } of stacks) {
    const sandtable = member(template.metadata, "Sandtable");
    const value = member(sandtable, "Objectives");
    if (value === undefined) continue;
    place ??= { file, ...template.locate(path) };
    const add = (at: Path, message: string): void => {
      problems.push({ file, ...template.locate(at), at: at.join("."), message });
    };
    const { faults } = readObjectives(value);
    for (const fault of faults) add([...path, ...fault.path], `Sandtable's objectives: ${fault.message}`);
    if (!isValues(value)) continue;
    for (const [name, said] of Object.entries(value)) {
      const [stated] = Object.values(readObjectives({ [name]: said }).objectives);
      const before = merged[name];
      if (before === undefined) merged[name] = { said, value: stated, file };
      else if (!isDeepStrictEqual(before.value, stated))
        add(
          [...path, name],
          `Sandtable's objectives: ${name} is ${JSON.stringify(said)} here and ${JSON.stringify(before.said)} in ${before.file}`,
        );
    }
  }
  // Where none is stated, what that is about stands where they would: the nearest that there is.
  const [first] = stacks;
  if (place === undefined && first !== undefined) place = { file: first.file, ...first.template.locate(path) };
  if (place === undefined) return { said: undefined, problems };
  return { said: { value: Object.fromEntries(Object.entries(merged).map(([name, { said }]) => [name, said])), place }, problems };
}

const member = (value: Value | undefined, name: string): Value | undefined => (isValues(value) ? value[name] : undefined);
