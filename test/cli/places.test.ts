import { expect, test } from "vitest";
import { withoutPlaces } from "../../src/cli/up/places.js";

test.each([
  [
    "unsupported property CidrBlok (line 5, column 7: Resources.Vpc.Properties.CidrBlok)",
    "unsupported property CidrBlok (Resources.Vpc.Properties.CidrBlok)",
  ],
  [
    "line 5, column 7 (Resources.Vpc.Properties.CidrBlok): unsupported property CidrBlok",
    "Resources.Vpc.Properties.CidrBlok: unsupported property CidrBlok",
  ],
])("of %s only the path says anything where the template comes from code", (said, shown) => {
  expect(withoutPlaces(said)).toBe(shown);
});
