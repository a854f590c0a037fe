import { once } from "node:events";
import { createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { ObjectFiles } from "../../../src/parts/objects/objectfiles.js";
import type { Authority } from "../../../src/parts/outside/authority.js";
import { put } from "../../../src/region/records/records.js";
import { Store } from "../../../src/region/records/store.js";
import { Scopes } from "../../../src/region/scopes.js";
import type { LogEntry } from "../../../src/region/server/log.js";
import { WaitConditionBucket } from "../../../src/region/stacks/waiting/bucket.js";
import { bucketHost, newHandle, WaitConditionHandles } from "../../../src/region/stacks/waiting/handles.js";
import { EndpointCertificate, endpointNames } from "../../../src/region/upkeep/outside.js";
import { noServerLogs, temporaryFolder } from "../../support/records.js";

const accountId = "000000000000";

function twoRegions() {
  const store = Store.open(temporaryFolder());
  const upkeep = {
    network: () => Promise.resolve(),
    networks: () => Promise.resolve(),
    names: async () => {},
    nudge: () => undefined,
    engineParameters: () => Promise.resolve([]),
  };
  const scopes = new Scopes(store, {
    accountId,
    hold: 0,
    now: Date.now,
    serverLogs: noServerLogs,
    objects: new ObjectFiles("/nonexistent"),
    upkeep: () => upkeep,
  });
  const [home, other] = [scopes.of({ accountId, regionName: "eu-west-3" }), scopes.of({ accountId, regionName: "us-east-1" })];
  const log: LogEntry[] = [];
  const bucket = new WaitConditionBucket({
    regionName: home.regionName,
    scopes: () => scopes.all(),
    durable: () => store.durable(),
    log: (entry) => void log.push(entry),
  });
  return { home, other, bucket, log };
}

test("the bucket of every region takes the signals of its handles", async () => {
  const { other, bucket, log } = twoRegions();
  const handle = newHandle(other, "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1", "H");
  other.commit(put(WaitConditionHandles, handle.url, handle));
  const { host, pathname, search } = new URL(handle.url);
  expect(bucket.owns({ headers: { host } })).toBe(true);
  const server = createServer((incoming, outgoing) => void bucket.take(incoming, outgoing)).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const asking = request({ host: "127.0.0.1", port, method: "PUT", path: pathname + search, headers: { host }, agent: false });
  asking.end(JSON.stringify({ Status: "SUCCESS", Reason: "ready", UniqueId: "one", Data: "" }));
  const [answer] = (await once(asking, "response")) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(200);
  expect(other.records.get(WaitConditionHandles, handle.url)?.signals).toMatchObject([{ uniqueId: "one" }]);
  expect(log).toMatchObject([{ region: "us-east-1", parameters: { Bucket: "cloudformation-waitcondition-us-east-1" } }]);
});

test.each([
  ["another service", "ec2.us-east-1.amazonaws.com"],
  ["a bucket of somebody's", "shop.s3.us-east-1.amazonaws.com"],
  ["a bucket of one region under the name of another", "cloudformation-waitcondition-us-east-1.s3.eu-west-3.amazonaws.com"],
  ["a name that only begins so", `${bucketHost("us-east-1")}.example.com`],
])("%s is none of those buckets", (_, host) => {
  expect(twoRegions().bucket.owns({ headers: { host } })).toBe(false);
});

/** As TLS clients see it: a wildcard stands for one label. */
const covers = (certified: readonly string[], name: string): boolean =>
  certified.includes(name) || certified.includes(name.replace(/^[^.]+/, "*"));

const authority = (certificate: string): Authority => ({ certificate: "", hashed: "", endpoints: { key: "", certificate } });

test("the endpoints' certificate is for every name that resolves, also in a region that appears", async () => {
  const regions = ["eu-west-3"];
  const shown: string[] = [];
  const made: (readonly string[])[] = [];
  const certificate = new EndpointCertificate(
    () => regions,
    (names) => {
      made.push(names);
      return Promise.resolve(authority(names.join()));
    },
  );
  certificate.showBy(({ endpoints }) => void shown.push(endpoints.certificate));
  const first = await certificate.current();
  expect(await certificate.current()).toBe(first);
  expect(made).toEqual([["*.amazonaws.com", "*.eu-west-3.amazonaws.com", "*.s3.eu-west-3.amazonaws.com"]]);
  // Whatever a client signs for is a region.
  regions.push("us-east-1", "not, a DNS name");
  await Promise.all([certificate.current(), certificate.current()]);
  expect(made).toHaveLength(2);
  for (const region of ["eu-west-3", "us-east-1"])
    for (const { name } of endpointNames(region)) expect(covers(made[1] ?? [], name), name).toBe(true);
  expect(made[1]?.join()).not.toContain("not");
  expect(shown).toEqual(made.map((names) => names.join()));
});

test("a certificate that could not be made is made when it is asked for again", async () => {
  let broken = true;
  const certificate = new EndpointCertificate(
    () => ["eu-west-3"],
    () => (broken ? Promise.reject(new Error("no openssl")) : Promise.resolve(authority("made"))),
  );
  await expect(certificate.current()).rejects.toThrow("no openssl");
  broken = false;
  expect((await certificate.current()).endpoints.certificate).toBe("made");
});
