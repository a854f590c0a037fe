import { expect } from "vitest";
import type { Environment } from "../../src/environment/environment.js";
import { graphOf } from "../../src/environment/graph/graph.js";
import { Unknown } from "../../src/environment/maybe.js";
import { describeTemplates, type TemplateReading } from "../../src/environment/template/describe.js";
import type { About } from "../../src/environment/template/stack.js";

interface Options extends About {
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A template of one stack, called `shop`. */
export const readStack = (text: string, { parameters = {}, ...about }: Options = {}): TemplateReading =>
  describeTemplates([{ name: "shop", file: "shop.yaml", text, parameters: new Map(Object.entries(parameters)) }], about);

/** The graph of a template that has no problem. */
export function graphOfTemplate(text: string, options?: Options): Environment {
  const { description, problems } = readStack(text, options);
  expect(problems).toEqual([]);
  if (description === undefined) throw new Error("no description");
  return graphOf(description);
}

/** The graph of the section Resources. */
export const graphOfResources = (resources: string, options?: Options): Environment =>
  graphOfTemplate(`Resources:\n${resources.replace(/^/gm, "  ")}\n`, options);

/** The node of that id, of whatever kind is given. */
export function nodeIn<T>(drawer: ReadonlyMap<string, T>, id: string): T {
  const node = drawer.get(id);
  if (node === undefined) throw new Error(`there is no ${id} among ${[...drawer.keys()].join(", ")}`);
  return node;
}

/** An unknown whose reason holds these words. */
export const unknown = (words: string): unknown => expect.objectContaining({ why: expect.stringContaining(words) as string });

/** Unknown of any reason. */
export const anyUnknown: unknown = expect.any(Unknown);
