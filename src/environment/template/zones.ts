/** Regions whose zones are not simply a, b and c. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html */
const letters: Readonly<Record<string, string>> = {
  "ap-northeast-1": "acd",
  "ap-northeast-2": "abcd",
  "ca-central-1": "abd",
  "us-east-1": "abcdef",
  "us-west-1": "ac",
  "us-west-2": "abcd",
};

/** What Fn::GetAZs gives; without a region, zones that have numbers for names. */
export const zonesOf = (region: string | undefined): readonly string[] =>
  region === undefined
    ? ["zone 1", "zone 2", "zone 3"]
    : (letters[region] ?? "abc").split("").map((letter) => `${region}${letter}`);
