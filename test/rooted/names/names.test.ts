import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { internet, type VpcSpec } from "../../../src/parts/fabric/spec.js";
import { internetName, routerName } from "../../../src/parts/fabric/vpc.js";
import { cgroupProcesses } from "../../../src/parts/host/cgroup.js";
import { command, inNamespace, run } from "../../../src/parts/host/command.js";
import { folders } from "../../../src/parts/host/folders.js";
import { cgroupPath, namespaceName } from "../../../src/parts/host/label.js";
import { engineRoot, ensureImage } from "../../../src/parts/images/images.js";
import { Names } from "../../../src/parts/names/names.js";
import { flaskHa } from "../../parts/fabric/flask-ha.js";
import { TestNetwork } from "../fabric/environment.js";

const network = new TestNetwork();
const zones = ["eu-west-3b", "eu-west-3c"] as const;
const vpcListen = zones.map((zone) => ({
  namespace: routerName(network.label, flaskHa.vpcId, zone),
  addresses: ["10.0.0.2", "169.254.169.253"],
}));
const options = { label: network.label, root: engineRoot(folders()), folder: join(network.state, "names") };
const names = new Names(options);
const db = { name: "db.abc.eu-west-3.rds.amazonaws.com", addresses: ["10.0.2.31"] };
const balancer = { name: "web-1.elb.eu-west-3.amazonaws.com", addresses: ["10.0.0.10", "10.0.1.10"] };

beforeAll(async () => {
  await ensureImage({ kind: "engine" }, folders());
  await network.fabric.applyVpc(flaskHa);
  await names.apply({ owner: flaskHa.vpcId, names: [db, balancer] }, vpcListen);
});

afterAll(async () => {
  await names.remove(flaskHa.vpcId);
  await names.remove("internet");
  expect(await network.end(flaskHa.vpcId)).toEqual([]);
});

/** Ask a resolver from inside a namespace: addresses in order of the alphabet, or the error's code. */
async function ask(namespace: string, server: string, name: string): Promise<string> {
  const script = `const { Resolver } = require("node:dns").promises;
    const resolver = new Resolver({ timeout: 5000, tries: 2 });
    resolver.setServers([process.argv[1]]);
    resolver.resolve4(process.argv[2], { ttl: true }).then(
      (list) => console.log(list.map((each) => each.address).sort().join(" "), "for", list[0].ttl), (error) => console.log(error.code))`;
  return run(inNamespace(namespace, command(process.execPath, "--eval", script, server, name)));
}

const eni = (id: string): string => namespaceName(network.label, "eni", id);

/** Names are taken up a moment after a signal. */
async function soon(question: () => Promise<string>, answer: string): Promise<void> {
  for (let tries = 0; tries < 50 && (await question()) !== answer; tries += 1) await sleep(20);
  expect(await question()).toBe(answer);
}

describe("a VPC's resolver", () => {
  test.each([
    ["at base+2", "eni-app-1", "10.0.0.2"],
    ["at base+2 in the other zone", "eni-app-2", "10.0.0.2"],
    ["at 169.254.169.253", "eni-db", "169.254.169.253"],
  ])("answers %s", async (_, id, server) => {
    expect(await ask(eni(id), server, db.name)).toBe("10.0.2.31 for 5");
  });

  test("answers all addresses of a name", async () => {
    expect(await ask(eni("eni-app-1"), "10.0.0.2", balancer.name)).toBe("10.0.0.10 10.0.1.10 for 5");
  });

  test("says at once that a name does not exist", async () => {
    expect(await ask(eni("eni-app-1"), "10.0.0.2", "example.com")).toBe("ENOTFOUND");
  });

  test("is not reached from the internet or at the subnet's gateway", async () => {
    const app1 = await network.at("eni-app-1", []);
    expect(await app1.datagram("10.0.2.1", 53)).toBe("silence");
    const outside = await network.internet([]);
    expect(await outside.silent("198.18.0.10", 53)).toBe("silence");
  });

  test("answers over TCP too", async () => {
    const app1 = await network.at("eni-app-1", []);
    const still = app1.call("10.0.0.2", 53, { patience: 500 });
    // It waits for a question: neither refused nor answered.
    expect(await still).toBe("silence");
    expect(await run(inNamespace(eni("eni-app-1"), { argv: [process.execPath, "--eval", tcpConnects, "10.0.0.2", "53"] }))).toBe(
      "connected",
    );
  });
});

const tcpConnects = `const s = require("node:net").connect(+process.argv[2], process.argv[1], () => { console.log("connected"); process.exit(); })`;

test("new names are answered by the same process, and old ones no more", async () => {
  const before = pids();
  const late = { name: "late.example.internal", addresses: ["10.0.2.99"] };
  await names.apply({ owner: flaskHa.vpcId, names: [balancer, late] }, vpcListen);
  await soon(() => ask(eni("eni-app-1"), "10.0.0.2", late.name), "10.0.2.99 for 5");
  await soon(() => ask(eni("eni-app-2"), "10.0.0.2", db.name), "ENOTFOUND");
  expect(pids()).toEqual(before);
});

test("a wildcard answers every name below it", async () => {
  const bucket = { name: "*.s3.eu-west-3.amazonaws.com", addresses: [internet.endpoints] };
  await names.apply({ owner: flaskHa.vpcId, names: [db, bucket] }, vpcListen);
  await soon(() => ask(eni("eni-app-1"), "10.0.0.2", "mine.s3.eu-west-3.amazonaws.com"), `${internet.endpoints} for 5`);
  expect(await ask(eni("eni-app-1"), "10.0.0.2", db.name)).toBe("10.0.2.31 for 5");
});

test("after a kill -9 of the region the resolvers go on, and a new region takes them over", async () => {
  await names.apply({ owner: flaskHa.vpcId, names: [db] }, vpcListen);
  const before = pids();
  await new Names(options).apply({ owner: flaskHa.vpcId, names: [db, balancer] }, vpcListen);
  expect(pids()).toEqual(before);
  await soon(() => ask(eni("eni-app-2"), "10.0.0.2", balancer.name), "10.0.0.10 10.0.1.10 for 5");
});

test("a killed resolver is started again", async () => {
  for (const pid of pids()) process.kill(pid, "SIGKILL");
  // A process that is about to end is still there: with its shim it is gone a moment later.
  for (let tries = 0; tries < 250 && members().length > 0; tries += 1) await sleep(20);
  expect(members()).toEqual([]);
  await names.apply({ owner: flaskHa.vpcId, names: [db] }, vpcListen);
  await soon(() => ask(eni("eni-app-1"), "10.0.0.2", db.name), "10.0.2.31 for 5");
});

test("the internet has a resolver of its own", async () => {
  const listen = [{ namespace: internetName(network.label), addresses: [internet.resolver] }];
  await names.apply({ owner: "internet", names: [{ ...balancer, addresses: ["198.18.0.10", "198.18.0.11"] }] }, listen);
  await soon(() => ask(internetName(network.label), internet.resolver, balancer.name), "198.18.0.10 198.18.0.11 for 5");
  // Also for a VPC, as a public resolver does on the real internet.
  expect(await ask(eni("eni-app-1"), internet.resolver, balancer.name)).toBe("198.18.0.10 198.18.0.11 for 5");
});

test("a zone that is left has its resolver ended", async () => {
  const spec: VpcSpec = flaskHa;
  await names.apply({ owner: spec.vpcId, names: [db] }, vpcListen.slice(0, 1));
  expect(pids()).toHaveLength(1);
  expect(await ask(eni("eni-app-2"), "10.0.0.2", db.name)).toBe("10.0.2.31 for 5");
  await names.apply({ owner: spec.vpcId, names: [db] }, vpcListen);
});

/** All processes of the VPC's resolvers, their shims among them. */
const members = (): number[] =>
  zones.flatMap((zone) => cgroupProcesses(cgroupPath(network.label, `names-router-${flaskHa.vpcId}-${zone}`)));

/** The dnsmasq processes of the VPC. */
const pids = (): number[] =>
  members()
    .filter((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "dnsmasq")
    .sort((a, b) => a - b);
