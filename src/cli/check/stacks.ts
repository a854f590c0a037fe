import { relative } from "node:path";
import type { Described, Description } from "../../environment/described.js";
import type { SourcePlace } from "../../environment/node.js";
import { describeTemplates } from "../../environment/template/describe.js";
import { UserFault } from "../../faults.js";
import { readText } from "../../template/text.js";
import { isValues } from "../../template/value.js";
import type { AssembledStack } from "../up/assembly.js";
import type { StackTold } from "../up/told.js";
import type { Project } from "../up/project.js";
import { placeText } from "./document.js";

/** One stack as the template reader takes it, and what its text cannot tell. */
export interface StackText {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** Of a nested stack of a CDK app: where its template is published. */
  readonly objectKey?: string;
  /** Of a CDK app: where it makes its resources, by logical id. Undefined: the user wrote the text, and places are in it. */
  readonly made?: {
    readonly places: Readonly<Record<string, SourcePlace>>;
    /** Construct paths by logical id. */
    readonly names: Readonly<Record<string, string>>;
    /** Where the app names one. */
    readonly region: string | undefined;
    /** What the app's own checkers say. */
    readonly told: StackTold;
    /** Rules of theirs that it has acknowledged, by logical id. */
    readonly acknowledged: Readonly<Record<string, readonly string[]>>;
  };
}

/** The ids of several stacks are `STACK.LogicalId`. */
export const idIn = (stacks: readonly StackText[], { name }: StackText, logicalId: string): string =>
  stacks.length > 1 ? `${name}.${logicalId}` : logicalId;

/** What an app made, whose findings are about the lines of the app; or a template as it was written. */
export const stackTexts = (project: Project, stacks: readonly AssembledStack[]): readonly StackText[] =>
  stacks.map(({ stackName, body, places, names, region, written, told = nothing, acknowledged = {}, nested }) => ({
    name: stackName,
    file: relative(process.cwd(), project.kind === "cdk-app" ? project.folder : project.file) || ".",
    text: body,
    ...(nested === undefined ? {} : { objectKey: nested.objectKey }),
    ...(written ? {} : { made: { places, names, region, told, acknowledged } }),
  }));

const nothing: StackTold = { told: [], missing: [] };

/** Bring stacks into the form that the graph is made from. Throws `BadTemplate` with every problem, `BadParameter`. */
export function describeStacks(
  stacks: readonly StackText[],
  parameters: ReadonlyMap<string, string>,
  region: string | undefined,
): Description {
  const shared = shareParameters(stacks, parameters);
  const { description, problems } = describeTemplates(
    stacks.map(({ name, file, text, objectKey }, index) => ({
      ...{ name, file, text, parameters: shared[index] ?? new Map() },
      ...(objectKey === undefined ? {} : { objectKey }),
    })),
    region === undefined ? {} : { region },
  );
  const made = new Map(stacks.flatMap((stack) => (stack.made === undefined ? [] : [[stack.file, stack.made] as const])));
  if (problems.length > 0 || description === undefined)
    throw new UserFault("BadTemplate", {
      at: problems[0]?.file ?? stacks[0]?.file,
      message: `this cannot be checked:\n${problems.map((problem) => describeProblem(problem, made.has(problem.file))).join("\n")}`,
      fix: "correct these places; nothing was judged, for a part of an environment says nothing about the whole",
    });
  const { objectives, ...rest } = description;
  return {
    ...rest,
    resources: description.resources.map((resource) => placed(resource, stacks)),
    ...(objectives === undefined
      ? {}
      : { objectives: isWritten(objectives.place, made) ? objectives : { value: objectives.value, ...placeIn(stacks) } }),
  };
}

const isWritten = (place: SourcePlace | undefined, made: ReadonlyMap<string, unknown>): boolean =>
  place !== undefined && !made.has(place.file);

/** Of what an app promises: where it makes its first resource. */
function placeIn(stacks: readonly StackText[]): { readonly place?: SourcePlace } {
  const [place] = stacks.flatMap(({ made }) => Object.values(made?.places ?? {}));
  return place === undefined ? {} : { place };
}

/** Lines of a text that nobody wrote tell nothing. */
function describeProblem(
  problem: {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly at: string;
    readonly message: string;
  },
  isMade: boolean,
): string {
  const at = problem.at === "" ? "" : ` (${problem.at})`;
  return isMade ? `${problem.file}${at}: ${problem.message}` : `${placeText(problem)}${at}: ${problem.message}`;
}

/** The ids of several stacks are `STACK.LogicalId`. */
function placed(resource: Described, stacks: readonly StackText[]): Described {
  const [name, logicalId] = stacks.length === 1 ? [stacks[0]?.name, resource.id] : splitId(resource.id);
  const made = stacks.find((stack) => stack.name === name)?.made;
  if (made === undefined) return resource;
  const { place: _place, placeOf: _placeOf, ...rest } = resource;
  const place = made.places[logicalId];
  return place === undefined ? rest : { ...rest, place };
}

/** A template that is nested more than once is `STACK/RESOURCE-THAT-NESTS-IT.LogicalId`. */
function splitId(id: string): readonly [string, string] {
  const dot = id.indexOf(".");
  return [id.slice(0, dot).replace(/\/.*$/, ""), id.slice(dot + 1)];
}

/** Each stack gets the values of the parameters it declares; one that no stack declares is refused. */
function shareParameters(
  stacks: readonly StackText[],
  parameters: ReadonlyMap<string, string>,
): readonly ReadonlyMap<string, string>[] {
  if (parameters.size === 0) return [];
  const declared = stacks.map(({ text }) => {
    const { value } = readText(text);
    const section = isValues(value) ? value["Parameters"] : undefined;
    return new Set(isValues(section) ? Object.keys(section) : []);
  });
  const strange = [...parameters.keys()].filter((name) => !declared.some((names) => names.has(name)));
  if (strange.length > 0)
    throw new UserFault("BadParameter", {
      at: strange[0],
      message: `there is no parameter ${strange.join(", ")} (there is ${[...new Set(declared.flatMap((names) => [...names]))].join(", ") || "none"})`,
      fix: "correct the name",
    });
  return declared.map((names) => new Map([...parameters].filter(([name]) => names.has(name))));
}
