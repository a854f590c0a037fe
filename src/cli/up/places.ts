/**
 * Lines and columns in an answer are those of the text that was sent. Where that text is made (a CDK app's template), nobody
 * has it: there only the path beside them says anything, e.g. `Resources.Vpc.Properties.CidrBlok`. Pure.
 */
export const withoutPlaces = (message: string): string =>
  message.replace(/line \d+, column \d+ \(([^)\s]+)\)/g, "$1").replace(/\(line \d+, column \d+: ([^)\s]+)\)/g, "($1)");
