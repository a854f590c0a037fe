import { afterAll, beforeAll, expect, test } from "vitest";
import { probe, type ProbeAnswer, type ProbeWish } from "../../../src/parts/fabric/probe.js";
import { internet } from "../../../src/parts/fabric/spec.js";
import { internetName } from "../../../src/parts/fabric/vpc.js";
import { namespaceName } from "../../../src/parts/host/label.js";
import { flaskHa } from "../../parts/fabric/flask-ha.js";
import { TestNetwork } from "./environment.js";

const network = new TestNetwork();

beforeAll(async () => {
  await network.fabric.applyVpc(flaskHa);
  await network.at("eni-db", [5432]);
});

afterAll(async () => expect(await network.end(flaskHa.vpcId)).toEqual([]));

test.each<[what: string, from: string, wish: Pick<ProbeWish, "protocol" | "address" | "port">, answer: ProbeAnswer]>([
  ["a server answers", "eni-app-1", { protocol: "tcp", address: "10.0.2.31", port: 5432 }, "answered"],
  ["nobody listens, and that is said", "eni-nlb-b", { protocol: "tcp", address: "10.0.2.11", port: 80 }, "refused"],
  ["a group drops", "eni-nlb-b", { protocol: "tcp", address: "10.0.2.31", port: 5432 }, "silence"],
  ["a datagram of a port that no group opens", "eni-app-1", { protocol: "udp", address: "10.0.2.31", port: 53 }, "silence"],
  ["nobody listens for datagrams outside", "eni-app-1", { protocol: "udp", address: internet.host, port: 9 }, "refused"],
  [
    "there is no way to a private address from outside",
    "internet",
    { protocol: "tcp", address: "10.0.2.31", port: 5432 },
    "unreachable",
  ],
])("%s", async (_, from, wish, answer) => {
  const namespace = from === "internet" ? internetName(network.label) : namespaceName(network.label, "eni", from);
  expect(await probe({ namespace, patience: 800, ...wish })).toBe(answer);
});
