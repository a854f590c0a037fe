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

/** An environment of which a part is unknown altogether is not judged by the rest of it. */
const foreign: Rule = {
  id: "provider-not-known",
  subject: "template",
  severity: "high",
  summary: "A resource of a provider that is not known here: whatever it opens, costs or loses, no verdict says it.",
  sources: ["https://developer.hashicorp.com/terraform/language/providers/requirements"],
  judge: ({ unexamined }) =>
    unexamined.flatMap(({ id, type, foreign: provider, place }) =>
      provider === undefined
        ? []
        : [
            found(
              foreign,
              { id, type, name: id, tags: {}, ...(place === undefined ? {} : { place }) },
              {
                title: `It is of ${provider}, which is not known here: it was not examined`,
                reason: "Known are the resources of hashicorp/aws; a plan that has others too is judged in part only.",
                fix: "judge what it makes by other means, and accept this in the baseline; or plan the part of hashicorp/aws by itself",
                verdict: "unknown",
              },
            ),
          ],
    ),
};

export const sourceRules: readonly Rule[] = [assumed, foreign];
