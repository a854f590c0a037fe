import { App, LegacyStackSynthesizer } from "aws-cdk-lib/core";
import { expect, test } from "vitest";
import flaskHa from "../../../examples/flask-ha/environment.js";
import { describeAccount } from "../../../src/environment/account/describe.js";
import { differences } from "../../../src/environment/compare.js";
import { graphOf } from "../../../src/environment/graph/graph.js";
import { describeTemplates } from "../../../src/environment/template/describe.js";
import { temporaryFolder } from "../../support/records.js";
import { liveAccount } from "./live.js";

test.each([["flask-ha", flaskHa]])(
  "the template and what is live are the same environment: the example %s",
  async (_name, define) => {
    const app = new App({
      outdir: temporaryFolder(),
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
      defaultStackSynthesizer: new LegacyStackSynthesizer(),
    });
    define(app);
    const template: object = app.synth().stacks[0]?.template;
    const account = await liveAccount();
    await account.up(template);
    const { description } = describeTemplates(
      [{ name: "shop", file: "t.json", text: JSON.stringify(template), parameters: new Map() }],
      { region: "eu-west-3", account: "000000000000" },
    );
    if (description === undefined) throw new Error("no description");
    const live = await describeAccount(account.clients, { stacks: ["shop"] });
    expect(differences(graphOf(description), graphOf(live))).toEqual([]);
  },
  60_000,
);
