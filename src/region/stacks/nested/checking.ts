import { resolveProperties, type BoundTemplate } from "../../../template/bind.js";
import { isPending } from "../../../template/resolve.js";
import { describeProblems, Problems } from "../../../template/problems.js";
import { isValues } from "../../../template/value.js";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import type { StacksContext } from "../context.js";
import { nestedStackType } from "../plan.js";
import type { Deployment } from "../records.js";
import { prepare, sentBody, soundTemplate, validationError, type Wish } from "../validation/prepare.js";
import { checkType } from "../validation/resources.js";
import { wishOf } from "./wish.js";

/** A stack that is to be made or changed. */
interface Place {
  readonly stackName: string;
  readonly stackId: string;
  readonly deployment?: Deployment;
}

/** Nested deeper than anybody nests: a template that names itself would go on for ever. */
const deepest = 20;

/**
 * The wish with its template, which may lie in S3, after everything was checked that can be told before anything is created: its nested
 * stacks too, as far as their parameters are known. What is left for the caller is to decide, without waiting. Throws as `prepare` does.
 */
export async function settledWish<W extends Wish>(
  call: Call,
  wish: W,
  stack: Place | undefined,
  context: StacksContext,
  options: { readonly direct?: boolean } = {},
): Promise<W & Pick<Wish, "fetched">> {
  const settled = { ...wish, ...(await fetchedBody(call, wish, context)) };
  const isUsed = settled.UsePreviousTemplate === true;
  const body = isUsed ? stack?.deployment?.template : (settled.fetched ?? settled.TemplateBody);
  if (stack === undefined || body?.includes(nestedStackType) !== true) return settled;
  const { bound, deployment } = prepare(call, settled, stack, context, options);
  const faults = await faultsBelow(call, bound, deployment, stack.stackName, context, 1);
  if (faults.length > 0)
    throw faults.length === 1 ? faults[0]! : validationError(faults.map(({ message }) => message).join("\n"));
  return settled;
}

/** What lies at the URL, for whoever says where a template lies instead of sending it. */
export async function fetchedBody(
  call: Call,
  { TemplateBody: body, TemplateURL: url }: Pick<Wish, "TemplateBody" | "TemplateURL">,
  context: StacksContext,
): Promise<Pick<Wish, "fetched">> {
  if (url === undefined || url === "") return {};
  if (body !== undefined) throw validationError("You cannot specify both Template Body and Template URL.");
  return { fetched: await context.fetchTemplate(call, url) };
}

async function faultsBelow(
  call: Call,
  bound: BoundTemplate,
  deployment: Deployment,
  stackName: string,
  context: StacksContext,
  depth: number,
): Promise<readonly ServiceFault[]> {
  const nested = [...bound.resources.values()].filter(({ type }) => type === nestedStackType);
  const faults: ServiceFault[] = [];
  for (const resource of nested) {
    const { TemplateURL: url, ...others } = resolveProperties(
      resource,
      bound.lookup(),
      new Problems(() => ({ line: 1, column: 1 })),
    );
    if (typeof url !== "string") continue; // its bucket is made by the stack itself, say
    const at = `${stackName}/${resource.logicalId}`;
    try {
      if (depth > deepest) throw validationError(`it is nested ${depth} stacks deep`);
      const fetched = await context.fetchTemplate(call, url);
      const place = { stackName: at.replaceAll("/", "-").slice(0, 128), stackId: `${bound.template.text.length}/${at}` };
      const wish = wishOf(others, { deployment }, fetched);
      if (isPending(others)) checkPartly(wish, isValues(others["Parameters"]) ? others["Parameters"] : {}, context);
      else {
        const below = prepare(call, wish, place, context, { direct: true });
        faults.push(...(await faultsBelow(call, below.bound, below.deployment, at, context, depth + 1)));
      }
    } catch (error) {
      if (!(error instanceof ServiceFault)) throw error;
      faults.push(new ServiceFault(error.code, `Nested stack ${at} (${url}): ${error.message}`, error.status));
    }
  }
  return faults;
}

/** Not every parameter is known: then what does not depend on them is checked. */
function checkPartly(wish: Wish, given: Readonly<Record<string, unknown>>, { providers, specification }: StacksContext): void {
  const template = soundTemplate(sentBody(wish));
  const problems = new Problems((path) => template.locate(path));
  const strange = Object.keys(given).filter((name) => !template.parameters.has(name));
  if (strange.length > 0) problems.add([], `Parameters: [${strange.join(", ")}] do not exist in the template`);
  const missing = [...template.parameters.values()].filter(
    (known) => known.default === undefined && !Object.hasOwn(given, known.name),
  );
  if (missing.length > 0) problems.add([], `Parameters: [${missing.map(({ name }) => name).join(", ")}] must have values`);
  for (const resource of template.resources.values())
    checkType(resource, providers, specification, resource.condition === undefined, problems);
  if (problems.found.length > 0) throw validationError(describeProblems(problems.found));
}
