import type { Template } from "../../template/template.js";
import type { Said } from "../described.js";
import { Unknown } from "../maybe.js";
import type { StackText } from "./describe.js";
import { nestingOf, rootsOf, timesNested } from "./nested.js";
import { StackReading, type About, type Others, type Passed } from "./stack.js";

/** A stack as it is read among others; one template that is nested twice is two. */
export interface OpenedStack {
  readonly stack: StackText;
  readonly reading: StackReading;
  /** Its parameters are what the stack that nests it passes. */
  readonly nested: boolean;
  /** Why it is not known whether the stack that nests it does so. */
  readonly presence?: Unknown;
}

interface Opening {
  readonly stack: StackText;
  /** Those around it, outermost first. */
  readonly around: readonly StackText[];
  /** As its resources' ids begin. */
  readonly name: string;
  readonly passed?: Passed;
  readonly presence?: Unknown;
}

/** Stacks that are read together: what one exports another may import, and one may be nested in another. */
export function openTogether(
  read: readonly { readonly stack: StackText; readonly template: Template }[],
  about: About,
): readonly OpenedStack[] {
  const templates = new Map(read.map(({ stack, template }) => [stack, template]));
  const stacks = [...templates.keys()];
  const exported = exportsOf();
  const readingOf = ({ stack, name, passed }: Opening, nested: Others["nested"]): StackReading | undefined => {
    const template = templates.get(stack);
    if (template === undefined) return undefined;
    const prefix = read.length > 1 ? `${name}.` : "";
    const given = stack.parameters ?? new Map<string, string>();
    return new StackReading(template, {
      name: passed === undefined ? stack.name : undefined,
      given,
      ...(passed === undefined ? {} : { passed }),
      about,
      others: { exported: exported.find, nested },
      idOf: (logicalId) => `${prefix}${logicalId}`,
    });
  };
  const alone = stacks.flatMap((stack) => {
    const reading = readingOf({ stack, around: [], name: stack.name }, () => undefined);
    return reading === undefined ? [] : [[stack, reading] as const];
  });
  const nesting = nestingOf(new Map(alone));

  const opened: OpenedStack[] = [];
  const open = (opening: Opening): StackReading | undefined => {
    const { stack, around } = opening;
    const children = new Map([...(nesting.get(stack) ?? [])].filter(([, child]) => ![...around, stack].includes(child)));
    const inner = new Map<string, StackReading | "opening" | undefined>();
    const enter = (logicalId: string, child: StackText, parent: StackReading): StackReading | "opening" | undefined => {
      if (inner.has(logicalId)) return inner.get(logicalId);
      const resource = parent.resources.find((one) => one.logicalId === logicalId);
      if (resource === undefined) return undefined;
      inner.set(logicalId, "opening");
      const presence = parent.presenceOf(resource) ?? opening.presence;
      const path = opening.name.includes("/") ? [opening.name.slice(opening.name.indexOf("/") + 1), logicalId] : [logicalId];
      const isShared = timesNested(child, nesting) > 1 || path.length > 1;
      const reading = open({
        stack: child,
        around: [...around, stack],
        name: isShared ? `${child.name}/${path.join("/")}` : child.name,
        passed: parent.passedTo(resource),
        ...(presence === undefined ? {} : { presence }),
      });
      inner.set(logicalId, reading);
      return reading;
    };
    const made: { reading?: StackReading } = {};
    const nested: Others["nested"] = (logicalId) => {
      const child = children.get(logicalId);
      if (child === undefined) return undefined;
      return {
        output: (name) => {
          const reading = made.reading === undefined ? undefined : enter(logicalId, child, made.reading);
          if (reading === "opening") return new Unknown(`the outputs of ${logicalId} hang on themselves`);
          return reading?.output(name) ?? new Unknown(`${child.file} has no output ${name}`);
        },
      };
    };
    // Its conditions, which are settled while it is made, cannot speak of resources: nothing asks for a nested stack before it is there.
    const self = readingOf(opening, nested);
    if (self === undefined) return undefined;
    made.reading = self;
    const { presence } = opening;
    opened.push({ stack, reading: self, nested: opening.passed !== undefined, ...(presence === undefined ? {} : { presence }) });
    exported.add(self);
    for (const [logicalId, child] of children) enter(logicalId, child, self);
    return self;
  };
  for (const stack of rootsOf(stacks, nesting)) open({ stack, around: [], name: stack.name });
  return opened.toSorted((a, b) => stacks.indexOf(a.stack) - stacks.indexOf(b.stack));
}

/** What stacks export, looked up when it is asked for: another may be opened later. */
function exportsOf(): { find(name: string): Said | undefined; add(reading: StackReading): void } {
  const exports = new Map<string, readonly (() => Said | undefined)[]>();
  const asked = new Set<string>();
  return {
    add: (reading) => {
      for (const [name, value] of reading.exports()) exports.set(name, [...(exports.get(name) ?? []), value]);
    },
    find: (name) => {
      if (asked.has(name)) return new Unknown(`the export ${name} is made of itself`);
      const values = exports.get(name) ?? [];
      // Of one account and region only one can: they are of several, as the stages of a pipeline are.
      if (values.length > 1) return new Unknown(`several of the stacks that were given export ${name}`);
      asked.add(name);
      try {
        return values[0]?.();
      } finally {
        asked.delete(name);
      }
    },
  };
}
