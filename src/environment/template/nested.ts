import type { Resource } from "../../template/template.js";
import { PartialText, type Said } from "../described.js";
import type { StackText } from "./describe.js";
import type { StackReading } from "./stack.js";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html */
const nestedType = "AWS::CloudFormation::Stack";

/** Of the stacks that are read together, by the logical id of the resource that nests it: whose template is given too. */
export type Nesting = ReadonlyMap<StackText, ReadonlyMap<string, StackText>>;

/** Which of the templates is nested where: the URL (or the path, before `aws cloudformation package`) ends in the name of its file. */
export function nestingOf(readings: ReadonlyMap<StackText, StackReading>): Nesting {
  const stacks = [...readings.keys()];
  return new Map(
    stacks.map((parent) => {
      const reading = readings.get(parent);
      const resources = [...(reading?.template.resources.values() ?? [])].filter(({ type }) => type === nestedType);
      return [parent, new Map(resources.flatMap((resource) => linked(parent, resource, stacks, reading)))];
    }),
  );
}

function linked(
  parent: StackText,
  resource: Resource,
  stacks: readonly StackText[],
  reading: StackReading | undefined,
): readonly (readonly [string, StackText])[] {
  const tail = tailOf(reading?.propertyOf(resource, "TemplateURL"));
  const child = stacks.find((stack) => stack !== parent && tail !== undefined && fileNames(stack).includes(tail));
  return child === undefined ? [] : [[resource.logicalId, child]];
}

const lastOf = (path: string): string => path.split("/").at(-1) ?? path;

const fileNames = ({ file, objectKey }: StackText): readonly string[] => [lastOf(objectKey ?? file)];

/** What stands behind the last slash; of a URL that is known in part only, what stands behind the unknown part. */
function tailOf(url: Said | undefined): string | undefined {
  const text = url instanceof PartialText ? url.parts.at(-1) : url;
  return typeof text === "string" ? lastOf(text.replace(/[?#].*$/, "")) : undefined;
}

/** Stacks that are nested in no other; of those that nest each other in a ring, the first. */
export function rootsOf(stacks: readonly StackText[], nesting: Nesting): readonly StackText[] {
  const inner = new Set([...nesting.values()].flatMap((children) => [...children.values()]));
  const roots = stacks.filter((stack) => !inner.has(stack));
  const reached = new Set<StackText>();
  const reach = (stack: StackText): void => {
    if (reached.has(stack)) return;
    reached.add(stack);
    for (const child of nesting.get(stack)?.values() ?? []) reach(child);
  };
  roots.forEach(reach);
  for (const stack of stacks) {
    if (reached.has(stack)) continue;
    roots.push(stack);
    reach(stack);
  }
  return roots;
}

/** How often a template is nested: one that is nested once is called by its own name. */
export const timesNested = (child: StackText, nesting: Nesting): number =>
  [...nesting.values()].flatMap((children) => [...children.values()]).filter((stack) => stack === child).length;
