import { found, type Rule } from "../finding.js";

/** Whatever was found on an assumption may be otherwise: so long as one stands, the whole is no pass. */
const assumed: Rule = {
  id: "source-leaves-it-open",
  subject: "template",
  severity: "high",
  summary: "The source does not say how something is, and the other verdicts take it to be as it most often is.",
  sources: ["https://developer.hashicorp.com/terraform/internals/json-format"],
  judge: ({ assumed: all = [] }) =>
    all.map(({ id, type, what, why, place }) =>
      found(
        assumed,
        { id, type, name: id, tags: {}, ...(place === undefined ? {} : { place }) },
        {
          title: `The plan leaves it open: ${what}`,
          reason: `${why}.`,
          fix: "check the plan in the folder of the Terraform files that it was made of (local modules below it are found); or see to it that it is so, and accept this in the baseline",
          verdict: "unknown",
        },
      ),
    ),
};

export const sourceRules: readonly Rule[] = [assumed];
