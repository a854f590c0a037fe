import { expect, test } from "vitest";
import { withOwnPlaces } from "../../src/cli/up/places.js";
import { readText } from "../../src/template/text.js";

const text = "# a comment\n\nResources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlok: 10.0.0.0/16\n";
const said = "unsupported property CidrBlok (line 5, column 7: Resources.Vpc.Properties.CidrBlok)";
const listed = "line 5, column 7 (Resources.Vpc.Properties.CidrBlok): unsupported property CidrBlok";

test("places in an answer become those of the file the user wrote", () => {
  const locate = (path: readonly string[]) => readText(text).locate(path);
  expect(withOwnPlaces(said, locate)).toBe("unsupported property CidrBlok (line 7, column 7: Resources.Vpc.Properties.CidrBlok)");
  expect(withOwnPlaces(listed, locate)).toBe(
    "line 7, column 7 (Resources.Vpc.Properties.CidrBlok): unsupported property CidrBlok",
  );
});

test("a template that comes from code has paths only", () => {
  expect(withOwnPlaces(said, undefined)).toBe("unsupported property CidrBlok (Resources.Vpc.Properties.CidrBlok)");
  expect(withOwnPlaces(listed, undefined)).toBe("Resources.Vpc.Properties.CidrBlok: unsupported property CidrBlok");
});
