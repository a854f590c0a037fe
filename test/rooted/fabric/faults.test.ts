import { afterAll, beforeAll, expect, test } from "vitest";
import { LatencyNotPossible } from "../../../src/parts/fabric/failure.js";
import { internet, type FaultSpec, type VpcSpec } from "../../../src/parts/fabric/spec.js";
import { command, CommandFailed, run } from "../../../src/parts/host/command.js";
import { Fabric } from "../../../src/parts/fabric/fabric.js";
import { routerName } from "../../../src/parts/fabric/vpc.js";
import { nicOf, peered, vpcOf } from "../../parts/fabric/vpcs.js";
import { TestNetwork } from "./environment.js";
import type { Host } from "./hosts.js";

/** Two zones with two hosts in the second; a NAT gateway there; another VPC is peered, in the second zone too. */
const network = new TestNetwork();
const { fabric } = network;
const base = vpcOf("main", 0, ["a", "b"]);
const [main, other] = peered(
  "pcx-1",
  {
    ...base,
    interfaces: [...base.interfaces, nicOf("main-b2", "10.0.1.12", "subnet-main-b", ["sg-main"])],
    publicAddresses: [
      { publicIp: "198.18.0.41", interfaceId: "eni-main-a" },
      { publicIp: "198.18.0.42", interfaceId: "eni-main-b" },
    ],
  },
  vpcOf("other", 1, ["b"]),
);
let hosts: Record<"a" | "b" | "b2" | "other" | "outside", Host>;

beforeAll(async () => {
  await fabric.applyVpc(main);
  await fabric.applyVpc(other);
  const [a, b, b2, far, outside] = await Promise.all([
    ...["main-a", "main-b", "main-b2", "other-b"].map((name) => network.at(`eni-${name}`, [80])),
    network.internet(),
  ]);
  hosts = { a: a!, b: b!, b2: b2!, other: far!, outside: outside! };
});

afterAll(async () => {
  expect(await network.end("vpc-main", "vpc-other")).toEqual([]);
});

const withFaults = async (faults: readonly FaultSpec[], work: (faulty: VpcSpec) => Promise<void>): Promise<void> => {
  const faulty = { ...main, faults };
  await fabric.applyVpc(faulty);
  try {
    await work(faulty);
  } finally {
    await fabric.applyVpc(main);
  }
};

test("a zone that is cut is silent to all others, and alive inside; when it comes back its flows go on", async () => {
  const { a, b, b2, other: far, outside } = hosts;
  const [across, inside] = [await a.hold("10.0.1.11", 80), await b2.hold("10.0.1.11", 80)];
  await withFaults([{ kind: "cut", at: { zone: "eu-west-3b" } }], async (faulty) => {
    const silent = [
      a.silent("10.0.1.11", 80),
      b.silent("10.0.0.11", 80),
      outside.silent("198.18.0.42", 80),
      b.silent(internet.host, 443),
      far.silent("10.0.1.11", 80),
      b.silent("10.1.0.11", 80),
    ];
    expect(await Promise.all(silent)).toEqual(silent.map(() => "silence"));
    expect(await b.call("10.0.1.12", 80)).toBe("eni-main-b2 saw 10.0.1.11");
    expect(await outside.call("198.18.0.41", 80)).toBe("eni-main-a saw 198.19.0.10");
    expect(await far.call("10.0.0.11", 80)).toBe("eni-main-a saw 10.1.0.11");
    expect(await Promise.all([across(), inside()])).toEqual(["dead", "alive"]);
    // A new process keeps what is wished.
    await new Fabric(network.label).applyVpc(faulty);
    expect(await a.silent("10.0.1.11", 80)).toBe("silence");
  });
  expect(await a.call("10.0.1.11", 80)).toBe("eni-main-b saw 10.0.0.11");
  // TCP tries again later and later.
  expect(await across(30_000)).toBe("alive");
});

test("an interface that is cut hears nothing and is not heard; its neighbours go on", async () => {
  const { a, b, b2, outside } = hosts;
  await withFaults([{ kind: "cut", at: { interfaceId: "eni-main-b" } }], async () => {
    const silent = [b2.silent("10.0.1.11", 80), b.silent("10.0.1.12", 80), outside.silent("198.18.0.42", 80)];
    expect(await Promise.all(silent)).toEqual(["silence", "silence", "silence"]);
    expect(await a.call("10.0.1.12", 80)).toBe("eni-main-b2 saw 10.0.0.11");
  });
  expect(await b2.call("10.0.1.11", 80)).toBe("eni-main-b saw 10.0.1.12");
});

test("loss takes its share of packets, at an interface or at a zone's border", async () => {
  const { a, b2 } = hosts;
  const answered = async (from: Host, to: string): Promise<number> => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => from.datagram(to, 80, 600)));
    return answers.filter((answer) => answer !== "silence").length / answers.length;
  };
  // Each way half of them: a quarter comes back.
  await withFaults([{ kind: "loss", at: { interfaceId: "eni-main-b" }, percent: 50 }], async () => {
    const share = await answered(b2, "10.0.1.11");
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.45);
    expect(await answered(a, "10.0.1.12")).toBe(1);
  });
  await withFaults([{ kind: "loss", at: { zone: "eu-west-3b" }, percent: 50 }], async () => {
    const share = await answered(a, "10.0.1.11");
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.45);
    expect(await answered(b2, "10.0.1.11")).toBe(1);
  });
  await withFaults([{ kind: "loss", at: { interfaceId: "eni-main-b" }, percent: 100 }], async () => {
    expect(await b2.silent("10.0.1.11", 80)).toBe("silence");
  });
});

test("a fault at a place that the VPC does not have is none", async () => {
  const nowhere: FaultSpec[] = [
    { kind: "cut", at: { zone: "eu-west-3c" } },
    { kind: "loss", at: { interfaceId: "eni-gone" }, percent: 100 },
  ];
  await withFaults(nowhere, async () => {
    expect(await hosts.a.call("10.0.1.11", 80)).toBe("eni-main-b saw 10.0.0.11");
  });
});

test("a share that is none is a fault of the caller", async () => {
  const faulty: VpcSpec = { ...main, faults: [{ kind: "loss", at: { zone: "eu-west-3a" }, percent: 101 }] };
  await expect(fabric.applyVpc(faulty)).rejects.toThrow("101 %");
});

const withoutNetem = async (): Promise<string | undefined> => {
  try {
    await run(command("unshare", "--net", "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"));
    return undefined;
  } catch (error) {
    if (error instanceof CommandFailed) return error.stderr.trim();
    throw error;
  }
};

test("latency makes round trips longer, at an interface or over a zone's border, until it is gone", async (context) => {
  const reason = await withoutNetem();
  if (reason !== undefined) {
    console.warn(`Latency was not tried: this kernel has no netem (${reason}).`);
    return context.skip();
  }
  const { a, b2 } = hosts;
  const took = async (from: Host): Promise<number> => {
    const begun = performance.now();
    await from.call("10.0.1.11", 80);
    return performance.now() - begun;
  };
  const delays = (): Promise<string> =>
    run(command("ip", "-n", routerName(network.label, "vpc-main", "eu-west-3b"), "link", "show"));
  await withFaults([{ kind: "latency", at: { interfaceId: "eni-main-b" }, milliseconds: 500 }], async (faulty) => {
    expect(await took(b2)).toBeGreaterThan(500);
    await new Fabric(network.label).applyVpc(faulty);
    expect(await took(b2)).toBeGreaterThan(500);
    await new Fabric(network.label).applyVpc(main);
    expect(await delays()).not.toContain("netem");
  });
  await withFaults([{ kind: "latency", at: { zone: "eu-west-3b" }, milliseconds: 500 }], async () => {
    expect(await took(a)).toBeGreaterThan(500);
  });
  expect(await delays()).not.toContain("netem");
});

test("latency is refused by name where the kernel cannot delay, before anything is changed", async (context) => {
  if ((await withoutNetem()) === undefined) {
    console.log("skipped: the refusal of latency: this kernel can delay");
    return context.skip();
  }
  const slow: VpcSpec = { ...main, interfaces: [], faults: [{ kind: "latency", at: { zone: "eu-west-3a" }, milliseconds: 5 }] };
  const failure = await fabric.applyVpc(slow).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LatencyNotPossible);
  expect(String(failure)).toContain("vpc-main");
  expect(String(failure)).toContain("netem");
  expect(await hosts.a.call("10.0.1.11", 80)).toBe("eni-main-b saw 10.0.0.11");
});
