import { largestTemplate } from "../../template/limits.js";
import type { Problem } from "../../template/problems.js";
import { readTemplate, type Template } from "../../template/template.js";
import type { Described, Description } from "../described.js";
import { Unknown } from "../maybe.js";
import type { SourcePlace } from "../node.js";
import { objectivesOf } from "./objectives.js";
import type { About } from "./stack.js";
import { openTogether, type OpenedStack } from "./together.js";

/** A stack that is to be. */
export interface StackText {
  readonly name: string;
  /** As the user calls it, for places. */
  readonly file: string;
  readonly text: string;
  /** Where its file is published, if not under its own name: the last part of the URL by which others nest it. */
  readonly objectKey?: string;
  /** Values of its parameters, by name. */
  readonly parameters?: ReadonlyMap<string, string>;
}

/** A problem and the file it is in. */
export type FileProblem = Problem & { readonly file: string };

export interface TemplateReading {
  /** Undefined when there is a problem: a template that does not work is not judged in part. */
  readonly description: Description | undefined;
  readonly problems: readonly FileProblem[];
}

/**
 * What templates describe, JSON or YAML. Of several, a resource is called `STACK.LogicalId`, what one exports another may import, and one that
 * another nests (its `TemplateURL` ends in the file's name) is read as that one's part, with the parameters it passes.
 * Pure; never throws. Values that are known only in a deployment stay unknown, each with its reason.
 */
export function describeTemplates(stacks: readonly StackText[], about: About = {}): TemplateReading {
  const readings = stacks.map((stack) => ({ stack, ...read(stack) }));
  const unread = readings.flatMap(({ stack, problems }) => problems.map((problem) => ({ ...problem, file: stack.file })));
  if (unread.length > 0) return { description: undefined, problems: unread };

  const opened = openTogether(
    readings.flatMap(({ stack, template }) => (template === undefined ? [] : [{ stack, template }])),
    about,
  );
  const resources = opened.flatMap(describedIn);
  const objectives = objectivesOf(opened.map(({ stack, reading }) => ({ file: stack.file, template: reading.template })));
  const problems = [
    ...opened.flatMap(({ stack, reading }) => reading.problems.map((problem) => ({ ...problem, file: stack.file }))),
    ...valuesWithoutEffect(opened),
    ...objectives.problems,
  ];
  if (problems.length > 0) return { description: undefined, problems };
  const description: Description = {
    sources: stacks.map(({ file }) => file),
    from: "template",
    region: about.region ?? new Unknown("the region is not known; give it with --region"),
    account: about.account ?? new Unknown("the account is not known"),
    resources,
    ...(objectives.said === undefined ? {} : { objectives: objectives.said }),
  };
  return { description, problems: [] };
}

/** Values given for parameters that only nested stacks have: those take what they are passed. */
function valuesWithoutEffect(opened: readonly OpenedStack[]): readonly FileProblem[] {
  const taken = new Set(opened.filter(({ nested }) => !nested).flatMap(({ reading }) => [...reading.template.parameters.keys()]));
  return opened.flatMap(({ stack, reading: { template }, nested }) =>
    [...(nested ? (stack.parameters?.keys() ?? []) : [])]
      .filter((name) => template.parameters.has(name) && !taken.has(name))
      .map((name) => ({
        ...template.locate(["Parameters", name]),
        at: `Parameters.${name}`,
        file: stack.file,
        message: `${name} is what the stack that nests this one passes: a value given for it has no effect`,
      })),
  );
}

function read({ text, parameters }: StackText): {
  readonly template: Template | undefined;
  readonly problems: readonly Problem[];
} {
  const size = text.length > largestTemplate ? text.length : Buffer.byteLength(text);
  // Not even parsed: what AWS does not take may be of any size.
  if (size > largestTemplate) {
    const message = `Template may not exceed ${largestTemplate} bytes in size; this one has ${text.length > largestTemplate ? "at least " : ""}${size}`;
    return { template: undefined, problems: [{ line: 1, column: 1, at: "", message }] };
  }
  const { template, problems } = readTemplate(text, parameters ?? new Map());
  return { template, problems: problems.filter(({ unmodelled }) => unmodelled !== true) };
}

function describedIn({ stack: { file }, reading, presence: around }: OpenedStack): readonly Described[] {
  const { template } = reading;
  // A nested stack that is read too is its resources, and nothing else.
  const resources = reading.resources.filter(({ logicalId }) => !reading.nests(logicalId));
  return resources.map((resource) => {
    const path = ["Resources", resource.logicalId];
    const placed = (inside: readonly (string | number)[]): SourcePlace => {
      const { line, column } = template.locate([...path, ...inside]);
      return { file, line, column };
    };
    const presence = reading.presenceOf(resource) ?? around;
    return {
      id: reading.idOf(resource.logicalId),
      type: resource.type,
      properties: reading.propertiesOf(resource),
      place: placed([]),
      placeOf: (property: string) => placed(["Properties", ...property.split(".")]),
      deletionPolicy: resource.deletionPolicy,
      ...(presence === undefined ? {} : { presence }),
    };
  });
}
