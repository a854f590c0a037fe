import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bundledPrices } from "../../../src/analysis/cost/prices.js";
import { pricesInUse, renewPrices } from "../../../src/cli/check/prices.js";
import type { Output } from "../../../src/cli/output.js";

let home: string;
let server: Server;
const said: string[] = [];
const output: Output = {
  interactive: false,
  print: (text) => said.push(text),
  say: () => undefined,
  status: () => undefined,
};

/** One instance class in the true form of an offer file; every other service has no products there. */
const offer = (service: string): object => ({
  offerCode: service,
  publicationDate: "2026-11-20T00:00:00Z",
  products: service === "AmazonEC2" ? { A: product } : {},
  terms: service === "AmazonEC2" ? { OnDemand: { A: { "A.B": { priceDimensions: { "A.B.C": dimension } } } } } : { OnDemand: {} },
});
const product = {
  sku: "A",
  productFamily: "Compute Instance",
  attributes: {
    instanceType: "t3.micro",
    operatingSystem: "Linux",
    tenancy: "Shared",
    preInstalledSw: "NA",
    capacitystatus: "Used",
    operation: "RunInstances",
    usagetype: "EUW3-BoxUsage:t3.micro",
    regionCode: "eu-west-3",
  },
};
const dimension = { unit: "Hrs", beginRange: "0", endRange: "Inf", pricePerUnit: { USD: "0.5550000000" } };

beforeEach(async () => {
  said.length = 0;
  home = mkdtempSync(join(tmpdir(), "sandtable-prices-"));
  vi.stubEnv("SANDTABLE_IMAGES", join(home, "sandtable/images"));
  server = createServer((request, response) => {
    const [, , , , service = ""] = (request.url ?? "").split("/");
    if (request.url?.endsWith("region_index.json") === true) {
      const currentVersionUrl = `/offers/v1.0/aws/${service}/1/eu-west-3/index.json`;
      return response.end(JSON.stringify({ regions: { "eu-west-3": { regionCode: "eu-west-3", currentVersionUrl } } }));
    }
    return response.end(JSON.stringify(offer(service)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  vi.stubEnv("SANDTABLE_PRICE_LISTS", `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

test("the prices that come with the program are used until there are others", async () => {
  expect(await pricesInUse()).toEqual(bundledPrices());
});

test("what AWS lists today is kept, with its source and date, and used from then on", async () => {
  await renewPrices(["eu-west-3"], output);
  expect((await pricesInUse()).regions["eu-west-3"]?.["instance:t3.micro"]).toEqual([0.555, "aws-bulk", "2026-11-20"]);
  expect(said.join()).toContain("prices of eu-west-3 are in");
});

test("a list that cannot be read leaves the table as it was", async () => {
  vi.stubEnv("SANDTABLE_PRICE_LISTS", "http://127.0.0.1:1");
  await expect(renewPrices(["eu-west-3"], output)).rejects.toMatchObject({ fix: expect.any(String) as string });
  expect(await pricesInUse()).toEqual(bundledPrices());
});

test("a table that is broken is said so, with its file", async () => {
  mkdirSync(join(home, "sandtable"), { recursive: true });
  writeFileSync(join(home, "sandtable/prices.json"), "{");
  let fault: unknown;
  try {
    await pricesInUse();
  } catch (error) {
    fault = error;
  }
  expect(fault).toMatchObject({ at: expect.stringContaining("prices.json") as string });
  expect(readdirSync(join(home, "sandtable"))).toEqual(["prices.json"]);
  expect(readFileSync(join(home, "sandtable/prices.json"), "utf8")).toBe("{");
});
