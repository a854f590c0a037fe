/**
 * How many members a section may have, after loops were written out.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
const most: Readonly<Record<string, number>> = { Mappings: 200, Outputs: 200, Parameters: 200, Resources: 500 };

/** Bytes of a template, as AWS takes it from S3. */
export const largestTemplate = 1_000_000;

/** What is wrong with so many members, in AWS's words. */
export function tooMany(section: string, count: number): string | undefined {
  const limit = most[section];
  if (limit === undefined || count <= limit) return undefined;
  return `Template format error: Number of ${section.toLowerCase()}, ${count}, is greater than maximum allowed, ${limit}`;
}
