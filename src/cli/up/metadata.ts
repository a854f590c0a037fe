import { z } from "zod";
import { creationPlace, type CreationPlace } from "./creation.js";

/** What a CDK app keeps beside a template: for each construct's path (`/shop/Network/Vpc/Resource`), entries by type. */
export const metadata = z.record(z.string(), z.array(z.looseObject({ type: z.string(), data: z.unknown().optional() })));
export type Metadata = z.infer<typeof metadata>;

type Entry = Metadata[string][number];

const logicalIdsOf = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap(({ type, data }) => (type === "aws:cdk:logicalId" && typeof data === "string" ? [data] : []));

export const legacyAssets = (told: Metadata): readonly string[] =>
  Object.entries(told).flatMap(([path, entries]) => (entries.some(({ type }) => type === "aws:cdk:asset") ? [path] : []));

/** By logical id: `/shop/Network/Vpc/Resource` is `Network/Vpc`. `stack` is the path of the stack itself (`shop`, `Prod/shop`). */
export const constructPaths = (told: Metadata, stack: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(told).flatMap(([path, entries]) => {
      const inside = path.startsWith(`/${stack}/`) ? path.slice(stack.length + 2) : path.replace(/^\/[^/]+\//, "");
      return logicalIdsOf(entries).map((id) => [id, inside.replace(/\/Resource$/, "")]);
    }),
  );

const placeIn = (entries: readonly Entry[]): CreationPlace | undefined =>
  creationPlace(entries.find(({ type }) => type === "aws:cdk:creationStack")?.data);

/** By logical id. */
export const creationPlaces = (told: Metadata): Readonly<Record<string, CreationPlace>> =>
  Object.fromEntries(
    Object.values(told).flatMap((entries) => {
      const place = placeIn(entries);
      return place === undefined ? [] : logicalIdsOf(entries).map((id) => [id, place]);
    }),
  );

/** The resource that a construct stands for: its own, or that of its only default child. */
export function resourceOf(told: Metadata, path: string): string | undefined {
  for (const candidate of [path, `${path}/Resource`, `${path}/Default`]) {
    const [id] = logicalIdsOf(told[candidate] ?? []);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Where the user's code makes a construct, or says something of it: an entry's own trace, else the construct's. */
export function placeOfEntry(told: Metadata, path: string, entry?: Entry): CreationPlace | undefined {
  return creationPlace(entry?.["trace"]) ?? placeIn(told[path] ?? []);
}

/**
 * The rules that the app has acknowledged for each resource, by logical id, without the name of the plug-in that has them: an
 * acknowledgement holds for a construct and all within it.
 */
export function acknowledgedRules(told: Metadata): Readonly<Record<string, readonly string[]>> {
  const acknowledged = Object.entries(told).map(([path, entries]) => ({
    path,
    rules: entries.flatMap(({ type, data }) =>
      type === "aws:cdk:acknowledged-rules" && typeof data === "object" && data !== null
        ? Object.keys(data).map((rule) => rule.replace(/^.*::/, ""))
        : [],
    ),
  }));
  return Object.fromEntries(
    Object.entries(told).flatMap(([path, entries]) => {
      const rules = acknowledged
        .filter((one) => path === one.path || path.startsWith(`${one.path}/`))
        .flatMap((one) => one.rules);
      return rules.length === 0 ? [] : logicalIdsOf(entries).map((id) => [id, rules]);
    }),
  );
}

/** What is told of a nested stack and what of the one around it: logical ids of both may be the same. `id`: that of the resource that nests it. */
export function splitNested(
  told: Metadata,
  id: string,
): { readonly path: string; readonly inner: Metadata; readonly outer: Metadata } {
  const [at = ""] = Object.entries(told).find(([, entries]) => logicalIdsOf(entries).includes(id)) ?? [];
  // The CDK puts the resource beside the construct: `/shop/Inner.NestedStack/Inner.NestedStackResource` of `/shop/Inner`.
  const path = at.replace(/\.NestedStack\/[^/]*$/, "");
  const isInner = ([one]: readonly [string, unknown]): boolean => path !== "" && one.startsWith(`${path}/`);
  const entries = Object.entries(told);
  return {
    path: path.slice(1),
    inner: Object.fromEntries(entries.filter(isInner)),
    outer: Object.fromEntries(entries.filter((entry) => !isInner(entry))),
  };
}
