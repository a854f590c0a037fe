/**
 * The metadata service's directory listings, out of flat paths: one entry a line in alphabetical order, a folder with a
 * `/` behind it – but not those of the topmost folder, AWS's habit. Undefined when there is no such folder. A path may
 * be a leaf and a folder at once (`public-keys` reads `0=<name>` and holds `0/openssh-key`). Pure.
 */
export function listing(paths: readonly string[], folder: string): string[] | undefined {
  const prefix = folder === "" ? "" : `${folder}/`;
  const below = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length).split("/"));
  if (below.length === 0) return undefined;
  const folders = new Set(below.filter((parts) => parts.length > 1).map(([name]) => name));
  const entries = new Set(below.map(([name = ""]) => (folder !== "" && folders.has(name) ? `${name}/` : name)));
  return [...entries].sort();
}
