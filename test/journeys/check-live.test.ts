import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, test } from "vitest";
import { bundledPrices } from "../../src/analysis/cost/prices.js";
import { describeAccount } from "../../src/environment/account/describe.js";
import { examine } from "../../src/cli/check/examine.js";
import { describeTemplates } from "../../src/environment/template/describe.js";
import { clientsAt } from "../environment/account/live.js";
import { startMoto, type Moto } from "../support/moto.js";
import { deployToMoto, motoCertificate } from "./moto/deploy.js";

const names = ["flask-ha", "mvp", "mvp-ai", "agency", "fastapi-asg"] as const;
const values = {
  Image: "ami-12c6146b",
  DatabasePassword: "HushHushHush12345",
  Mail: "operations@example.com",
  Certificate: "arn:aws:acm:eu-west-3:123456789012:certificate/x",
};
const options = { failOn: "high" as const, acceptances: [], now: new Date(), prices: bundledPrices() };

describe("x", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto({ managedPolicies: true });
  });
  afterAll(() => moto.end());
  for (const folder of ["originals", "sound"])
    test.each(names)(`${folder} %s`, async (name) => {
      await moto.reset();
      const text = readFileSync(new URL(`../fixtures/${folder}/${name}.yaml`, import.meta.url), "utf8");
      const t0 = Date.now();
      const { byHand, leftOut } = await deployToMoto(moto.at, text, { ...values, Certificate: await motoCertificate(moto.at) });
      const t1 = Date.now();
      const live = examine(await describeAccount(clientsAt(moto.at)), options).report;
      const t2 = Date.now();
      const { description } = describeTemplates([{ name, file: `${name}.yaml`, text }], { region: "eu-west-3" });
      if (description === undefined) throw new Error("?");
      const told = examine(description, options).report;
      const key = (f: { rule: string; severity: string; verdict: string; resource: { id: string } }) =>
        `${f.rule} ${byHand.get(f.resource.id) ?? f.resource.id} ${f.severity} ${f.verdict}`;
      const a = told.findings.map(key),
        b = live.findings.map(key);
      console.log(
        folder,
        name,
        t1 - t0,
        t2 - t1,
        "left out",
        leftOut,
        "\nMISSING\n" + a.filter((x) => !b.includes(x)).join("\n"),
        "\nEXTRA\n" + b.filter((x) => !a.includes(x)).join("\n"),
        "\nUNEX",
        live.unexamined.map(({ id, why }) => `${id}: ${why}`).join("\n"),
      );
    });
});
