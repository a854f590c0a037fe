import type { Said } from "./described.js";

/** Properties without those of which nothing is said. */
export const told = (properties: { readonly [name: string]: Said | undefined }): { readonly [name: string]: Said } =>
  Object.fromEntries(Object.entries(properties).filter((entry): entry is [string, Said] => entry[1] !== undefined));
