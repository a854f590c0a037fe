/** Finds the place of a value in a text. */
export type Locate = (path: readonly string[]) => { readonly line: number; readonly column: number };

/**
 * The toolkit writes a template anew before it sends it, so lines and columns in an answer are those of a text that nobody
 * has. The path beside them says where it is in the user's own: `line 7, column 7 (Resources.Vpc.Properties.CidrBlok)`.
 * Pure. `locate` finds a path in the user's text; without one (the template comes from code) only the path stays.
 */
export function withOwnPlaces(message: string, locate: Locate | undefined): string {
  const own = (path: string): string => {
    if (locate === undefined) return "";
    const { line, column } = locate(path.split("."));
    return `line ${line}, column ${column}`;
  };
  return message
    .replace(/line \d+, column \d+ \(([^)\s]+)\)/g, (_, path: string) => (locate === undefined ? path : `${own(path)} (${path})`))
    .replace(/\(line \d+, column \d+: ([^)\s]+)\)/g, (_, path: string) =>
      locate === undefined ? `(${path})` : `(${own(path)}: ${path})`,
    );
}
