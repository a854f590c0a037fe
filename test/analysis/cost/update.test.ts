import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PriceTable } from "../../../src/analysis/cost/prices.js";
import { readPrices } from "../../../src/analysis/cost/table.js";
import { itemOf, type OfferCode } from "../../../src/analysis/cost/update/items.js";
import { members } from "../../../src/analysis/cost/update/members.js";
import { updatePrices } from "../../../src/analysis/cost/update/update.js";

const linux = { operatingSystem: "Linux", tenancy: "Shared", preInstalledSw: "NA", capacitystatus: "Used" };

describe("a product of an offer file is", () => {
  test.each<[OfferCode, string, Record<string, string>, string | undefined]>([
    [
      "AmazonEC2",
      "Compute Instance",
      { ...linux, instanceType: "t3.micro", usagetype: "EUW3-BoxUsage:t3.micro" },
      "instance:t3.micro",
    ],
    [
      "AmazonEC2",
      "Compute Instance",
      { ...linux, instanceType: "t3.micro", usagetype: "BoxUsage:t3.micro" },
      "instance:t3.micro",
    ],
    [
      "AmazonEC2",
      "Compute Instance",
      { ...linux, operatingSystem: "Windows", instanceType: "t3.micro", usagetype: "BoxUsage:t3.micro" },
      undefined,
    ],
    [
      "AmazonEC2",
      "Compute Instance",
      { ...linux, instanceType: "t3.micro", usagetype: "EUW3-UnusedBox:t3.micro", capacitystatus: "UnusedCapacityReservation" },
      undefined,
    ],
    ["AmazonEC2", "Storage", { volumeApiName: "gp3", usagetype: "EUW3-EBS:VolumeUsage.gp3" }, "volume:gp3"],
    ["AmazonEC2", "NAT Gateway", { usagetype: "EUW3-NatGateway-Hours" }, "nat:hour"],
    ["AWSELB", "Load Balancer-Network", { usagetype: "EUW3-LoadBalancerUsage" }, "balancer:network:hour"],
    ["AWSELB", "Load Balancer", { usagetype: "EUW3-LoadBalancerUsage" }, undefined],
    ["AmazonVPC", "VpcPublicIPv4Address", { usagetype: "EUW3-PublicIPv4:InUseAddress" }, "address:in-use"],
    [
      "AmazonRDS",
      "Database Instance",
      {
        instanceType: "db.t4g.micro",
        databaseEngine: "MySQL",
        deploymentOption: "Multi-AZ",
        usagetype: "EUW3-Multi-AZUsage:db.t4g.micro",
      },
      "database:mysql:db.t4g.micro:multi",
    ],
    [
      "AmazonRDS",
      "Database Instance",
      {
        instanceType: "db.t4g.micro",
        databaseEngine: "Oracle",
        deploymentOption: "Single-AZ",
        usagetype: "EUW3-InstanceUsage:db.t4g.micro",
      },
      undefined,
    ],
    [
      "AmazonRDS",
      "Database Instance",
      {
        instanceType: "db.r6g.large",
        databaseEngine: "Aurora MySQL",
        deploymentOption: "Single-AZ",
        usagetype: "EUW3-InstanceUsageIOOptimized:db.r6g.large",
      },
      undefined,
    ],
    [
      "AmazonRDS",
      "Database Storage",
      { databaseEngine: "Any", usagetype: "EUW3-RDS:Multi-AZ-GP3-Storage" },
      "database-storage:gp3:multi",
    ],
    [
      "AmazonRDS",
      "Database Storage",
      { databaseEngine: "Any", usagetype: "EUW3-RDS:Multi-AZCluster-PIOPS-Storage" },
      "database-storage:io1:cluster",
    ],
    ["AmazonCloudWatch", "Alarm", { usagetype: "EUW3-CW:AlarmMonitorUsage" }, "alarm:standard"],
    ["AmazonS3", "Storage", { volumeType: "Standard", usagetype: "EUW3-TimedStorage-ByteHrs" }, "bucket:storage"],
    ["AmazonS3", "Storage", { volumeType: "Amazon Glacier", usagetype: "EUW3-TimedStorage-ByteHrs" }, undefined],
    ["awskms", "Encryption Key", { usagetype: "eu-west-3-KMS-Keys" }, "key:month"],
    ["AWSSecretsManager", "Secret", { usagetype: "EUW3-AWSSecretsManager-Secrets" }, "secret:month"],
    ["AmazonVPC", "Anything", { usagetype: "constructor" }, undefined],
  ])("%s %s %o -> %s", (offer, productFamily, attributes, item) => {
    expect(itemOf(offer, { sku: "X", productFamily, attributes })).toBe(item);
  });
});

describe("the members of a large document are found", () => {
  async function* cut(text: string, size: number): AsyncGenerator<Uint8Array> {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  test("wherever its pieces end, and whatever its strings hold", async () => {
    const values = fc.dictionary(fc.string({ unit: "binary", minLength: 1 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 1, max: 40 }), fc.boolean(), async (value, size, spaced) => {
        const found: [string, unknown][] = [];
        const text = JSON.stringify({ before: [1, { products: 2 }], products: value, after: "}" }, undefined, spaced ? 2 : 0);
        for await (const { path, text: member } of members(
          cut(text, size),
          (each) => each.length === 2 && each[0] === "products",
        )) {
          found.push([path[1] ?? "", JSON.parse(member)]);
        }
        const parsed = JSON.parse(text) as { products: Record<string, unknown> };
        expect(found).toEqual(Object.entries(parsed.products));
      }),
      { numRuns: 40 },
    );
  });

  test("and a document that breaks off is no document", async () => {
    const read = async (): Promise<void> => {
      for await (const _ of members(cut('{"products": {"A": 1}', 5), () => false));
    };
    await expect(read()).rejects.toThrow("ends before its last bracket");
  });
});

/** AWS's server of price lists in small: its index of regions, and one file for each service and region. */
describe("an update", () => {
  let server: Server;
  let base = "";
  let files: Record<string, unknown> = {};

  beforeEach(async () => {
    files = {};
    server = createServer((request, response) => {
      const file = files[request.url ?? ""];
      response.statusCode = file === undefined ? 404 : 200;
      response.end(typeof file === "string" ? file : JSON.stringify(file ?? { message: "not found" }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const codes: OfferCode[] = [
      "AmazonRDS",
      "AWSELB",
      "AmazonVPC",
      "AmazonS3",
      "AmazonCloudWatch",
      "AWSSecretsManager",
      "awskms",
      "awswaf",
      "AWSDataTransfer",
    ];
    for (const code of codes) publish(code, {});
    publish("AmazonEC2", { N: ["NAT Gateway", { usagetype: "EUW3-NatGateway-Hours" }, ["0.0510000000"]] });
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  type Offered = Record<string, readonly [family: string, attributes: Record<string, string>, tiers: readonly string[]]>;

  function publish(code: OfferCode, products: Offered): void {
    const file = `/offers/v1.0/aws/${code}/20261120000000/eu-west-3/index.json`;
    files[`/offers/v1.0/aws/${code}/current/region_index.json`] = {
      formatVersion: "v1.0",
      publicationDate: "2026-11-20T00:00:00Z",
      regions: { "eu-west-3": { regionCode: "eu-west-3", currentVersionUrl: file } },
    };
    const skus = Object.entries(products);
    files[file] = {
      formatVersion: "v1.0",
      offerCode: code,
      version: "20261120000000",
      publicationDate: "2026-11-20T00:00:00Z",
      products: Object.fromEntries(skus.map(([sku, [productFamily, attributes]]) => [sku, { sku, productFamily, attributes }])),
      terms: {
        OnDemand: Object.fromEntries(
          skus.map(([sku, [, , tiers]]) => [
            sku,
            {
              [`${sku}.JRTCKXETXF`]: {
                offerTermCode: "JRTCKXETXF",
                sku,
                effectiveDate: "2026-11-01T00:00:00Z",
                priceDimensions: Object.fromEntries(
                  tiers.map((usd, index) => [
                    `${sku}.JRTCKXETXF.${index}`,
                    {
                      rateCode: `${sku}.JRTCKXETXF.${index}`,
                      beginRange: String(index * 1000),
                      endRange: "Inf",
                      unit: "Hrs",
                      pricePerUnit: { USD: usd },
                      appliesTo: [],
                    },
                  ]),
                ),
                termAttributes: {},
              },
            },
          ]),
        ),
        Reserved: { N: { "N.X": { priceDimensions: { "N.X.Y": { pricePerUnit: { USD: "1" } } } } } },
      },
    };
  }

  const table: PriceTable = {
    built: "2026-01-01",
    sources: { old: { what: "an old list", where: "here" } },
    regions: {
      "eu-west-3": { "nat:hour": [0.05, "old", "2025-01-01"], "key:month": [1, "old", "2025-01-01"] },
      "us-east-1": { "nat:hour": [0.045, "old", "2025-01-01"] },
    },
  };

  const update = (regions = ["eu-west-3"]) => updatePrices(table, { fetch, regions, today: "2026-11-22", base });

  test("has AWS's prices, and keeps what AWS does not list", async () => {
    const { built, regions, sources } = await update();
    expect(built).toBe("2026-11-22");
    expect(regions).toEqual({
      "eu-west-3": { "key:month": [1, "old", "2025-01-01"], "nat:hour": [0.051, "aws-bulk", "2026-11-20"] },
      "us-east-1": { "nat:hour": [0.045, "old", "2025-01-01"] },
    });
    expect(Object.keys(sources)).toEqual(["old", "aws-bulk"]);
  });

  test("is a table that can be read again", async () => {
    const updated = await update();
    expect(readPrices("prices.json", JSON.stringify(updated))).toEqual(updated);
  });

  test("takes the first tier that costs anything, and a price for every engine before one engine's", async () => {
    publish("AmazonCloudWatch", {
      A: ["Alarm", { usagetype: "EUW3-CW:AlarmMonitorUsage" }, ["0.0000000000", "0.1000000000", "0.0500000000"]],
    });
    publish("AmazonRDS", {
      A: ["Database Storage", { databaseEngine: "MySQL", usagetype: "EUW3-RDS:GP3-Storage" }, ["0.5000000000"]],
      B: ["Database Storage", { databaseEngine: "Any", usagetype: "EUW3-RDS:GP3-Storage" }, ["0.1330000000"]],
    });
    const { regions } = await update();
    expect(regions["eu-west-3"]?.["alarm:standard"]?.[0]).toBe(0.1);
    expect(regions["eu-west-3"]?.["database-storage:gp3:single"]?.[0]).toBe(0.133);
  });

  test.each<[string, () => void, string]>([
    [
      "a file that breaks off",
      () => (files["/offers/v1.0/aws/AmazonEC2/20261120000000/eu-west-3/index.json"] = '{"products": {'),
      "the price list cannot be read",
    ],
    [
      "a file of another form",
      () =>
        (files["/offers/v1.0/aws/AmazonEC2/20261120000000/eu-west-3/index.json"] = {
          publicationDate: "2026",
          products: { A: 1 },
        }),
      "the price list cannot be read",
    ],
    [
      "a file that is gone",
      () => delete files["/offers/v1.0/aws/awswaf/20261120000000/eu-west-3/index.json"],
      "the server answered 404",
    ],
    [
      "an index of another form",
      () => (files["/offers/v1.0/aws/awskms/current/region_index.json"] = {}),
      "it is no region index",
    ],
  ])("%s is told, with what to do", async (_, harm, message) => {
    harm();
    await expect(update()).rejects.toThrow(message);
  });

  test("a region that AWS does not have is refused by name", async () => {
    await expect(update(["eu-west-9"])).rejects.toThrow("AWS lists no prices for the region eu-west-9");
  });

  test("a server that is not there is told", async () => {
    await expect(
      updatePrices(table, { fetch, regions: ["eu-west-3"], today: "2026-11-22", base: "http://127.0.0.1:1" }),
    ).rejects.toThrow("AWS's price list was not given");
  });
});
