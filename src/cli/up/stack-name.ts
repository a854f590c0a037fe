/** CloudFormation takes letters, digits and hyphens, a letter first, at most 128. */
export const stackNameFrom = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^[^A-Za-z]+|-+$/g, "")
    .slice(0, 128) || "stack";
