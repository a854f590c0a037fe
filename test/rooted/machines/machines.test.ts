import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command, inNamespace, run } from "../../../src/parts/host/command.js";
import { Machines } from "../../../src/parts/machines/machines.js";
import type { MachineSpec } from "../../../src/parts/machines/spec.js";
import { TestMachines, until } from "./environment.js";

/** Two machines of one region, through their whole lives. The tests go in order: each begins where the last one ended. */
let here: TestMachines;
let one: MachineSpec;
let two: MachineSpec;
const script = '#!/bin/bash\necho "user data of $(hostname -f)"\necho ran >> /root/ran\n';

beforeAll(async () => {
  const image = await TestMachines.image({ kind: "machine" });
  here = new TestMachines();
  one = await here.prepare(1, image, script);
  two = { ...(await here.prepare(2, image, `${script}exit 3\n`)), defaultUser: "admin" };
});

afterAll(async () => {
  expect(await here.end([one, two])).toEqual([]);
});

test("a machine that was never started is stopped without an exit code, and ending it succeeds", async () => {
  expect(here.machines.observe(one.instanceId)).toEqual({ state: "stopped", exit: undefined });
  await here.machines.stop(one.instanceId);
  await here.machines.terminate(one.instanceId);
});

test("two machines boot at once and run their user data", async () => {
  await Promise.all([here.boot(one), here.boot(two)]);
  expect(here.machines.observe(one.instanceId)).toMatchObject({ state: "running" });
  expect(await here.machines.consoleOutput(one.instanceId)).toContain("user data of ip-10-0-2-11.eu-west-3.compute.internal\n");
  await until("the verdict is written", async () => (await here.machines.userData(one.instanceId)).finished);
  expect(await here.machines.userData(one.instanceId)).toMatchObject({
    failed: false,
    log: ["user data of ip-10-0-2-11.eu-west-3.compute.internal"],
  });
});

test("user data that fails is told, with the log's lines", async () => {
  await until("the verdict is written", async () => (await here.machines.userData(two.instanceId)).finished);
  const verdict = await here.machines.userData(two.instanceId);
  expect(verdict.failed).toBe(true);
  expect(verdict.log.join("\n")).toMatch(/user data of ip-10-0-2-12[^]*Failed to run module scripts-user/);
});

test("starting a running machine again changes nothing", async () => {
  const before = here.machines.observe(one.instanceId);
  await here.machines.start(one);
  expect(here.machines.observe(one.instanceId)).toEqual(before);
});

test("a command has its exit code, its input and both outputs", async () => {
  expect(await here.run(one, ["sh", "-c", "cat; echo aside >&2; exit 7"], { stdin: "given\n" })).toEqual({
    code: 7,
    said: "given\naside\n",
  });
  expect((await here.run(one, ["sh", "-c", "kill -9 $$"])).code).toBe(137);
  expect(await here.run(one, ["sh", "-c", "whoami; sudo whoami"], { user: "ec2-user" })).toEqual({
    code: 0,
    said: "ec2-user\nroot\n",
  });
  const terminal: string[] = [];
  const tty = { columns: 91, rows: 17 };
  expect(
    await here.machines.run(one.instanceId, ["sh", "-c", "stty size; exit 4"], {
      tty,
      onStdout: (chunk) => terminal.push(chunk.toString()),
    }),
  ).toBe(4);
  expect(terminal.join("")).toContain("17 91");
});

const sleeping = async (): Promise<boolean> => (await here.run(one, ["ps", "ax"])).said.includes("sleep 4321");

test("a command that is given up ends, and what it started with it", async () => {
  const giveUp = new AbortController();
  const ended = here.machines.run(one.instanceId, ["sh", "-c", "echo begun; sleep 4321"], {
    signal: giveUp.signal,
    onStdout: () => giveUp.abort(),
  });
  expect(await ended).toBe(143);
  await until("sleep has ended", async () => !(await sleeping()));
});

test("whenever it is given up: before it has begun, while it begins, while it has children", async () => {
  const begin = ["sh", "-c", "sleep 4321 & sleep 4321"];
  for (let milliseconds = 0; milliseconds < 100; milliseconds += 2)
    expect(await here.machines.run(one.instanceId, begin, { signal: AbortSignal.timeout(milliseconds) })).toBe(143);
  await until("all have ended", async () => !(await sleeping()));
});

test("the whole system is up, and nothing in it has failed", async () => {
  await until("it is up", async () => (await here.run(one, ["systemctl", "is-system-running"])).said === "running\n");
  expect((await here.run(one, ["systemctl", "--failed", "--plain", "--no-legend"])).said).toBe("");
});

test("the metadata service is reached from inside, by those who hold a token", async () => {
  const ask = (...options: string[]): Promise<{ code: number; said: string }> =>
    here.run(one, ["curl", "--silent", "--max-time", "5", ...options]);
  const url = "http://169.254.169.254/latest";
  expect((await ask("--output", "/dev/null", "--write-out", "%{http_code}", `${url}/meta-data/instance-id`)).said).toBe("401");
  const token = (await ask("-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60", `${url}/api/token`)).said;
  expect((await ask("-H", `X-aws-ec2-metadata-token: ${token}`, `${url}/meta-data/instance-id`)).said).toBe(one.instanceId);
  // The same token at the other machine's listener.
  const other = await here.run(two, [
    "curl",
    "--silent",
    "--output",
    "/dev/null",
    "--write-out",
    "%{http_code}",
    "-H",
    `X-aws-ec2-metadata-token: ${token}`,
    `${url}/meta-data/`,
  ]);
  expect(other.said).toBe("401");
});

test("the key is the default user's, which the image decides", async () => {
  expect((await here.run(one, ["cat", "/home/ec2-user/.ssh/authorized_keys"])).said).toContain("ssh-ed25519 AAAA");
  expect((await here.run(two, ["cat", "/home/admin/.ssh/authorized_keys"])).said).toContain("ssh-ed25519 AAAA");
  const greeting = command("bash", "-c", "exec 3<> /dev/tcp/10.0.2.12/22; head -n 1 <&3");
  expect(await run(inNamespace(two.namespace.replace("eni", "router"), greeting))).toContain("SSH-2.0-OpenSSH");
});

test("the kernel's settings are read-only inside, the network's are not", async () => {
  expect((await here.run(one, ["sysctl", "-w", "net.ipv4.ip_forward=1"])).code).toBe(0);
  expect((await here.run(one, ["sysctl", "-w", "kernel.domainname=mine"])).code).not.toBe(0);
  expect((await here.run(one, ["nft", "add", "table", "ip", "mine"])).code).toBe(0);
});

test("the instance type's memory is all there is", async () => {
  const greedy = "a = bytearray(1500 * 1024 * 1024); print(len(a))";
  const { code } = await here.run(one, ["python3", "-c", greedy]);
  expect(code).toBe(137);
  expect(here.machines.observe(one.instanceId)).toMatchObject({ state: "running" });
});

test("a stopped machine starts again with its disk, and user data does not run twice", async () => {
  await here.run(one, ["sh", "-c", "echo kept > /root/kept; sync"]);
  const exits: (number | undefined)[] = [];
  here.machines.watch(one.instanceId, (exit) => exits.push(exit));
  await here.machines.stop(one.instanceId);
  expect(here.machines.observe(one.instanceId)).toEqual({ state: "stopped", exit: 130 });
  await until("the watcher has told", () => exits.length > 0);
  expect(exits).toEqual([130]);
  expect(await here.machines.consoleOutput(one.instanceId)).toContain("user data of");

  await here.boot(one);
  await until("it is up", async () => (await here.run(one, ["systemctl", "is-system-running"])).said === "running\n");
  expect((await here.run(one, ["cat", "/root/kept", "/root/ran"])).said).toBe("kept\nran\n");
});

test("a machine that reboots itself is running again by itself", async () => {
  const before = here.machines.observe(one.instanceId);
  await here.run(one, ["systemctl", "reboot"]);
  await until("another first process runs", () => {
    const now = here.machines.observe(one.instanceId);
    return now.state === "running" && before.state === "running" && now.pid !== before.pid;
  });
  await until("it is up", async () => (await here.run(one, ["systemctl", "is-system-running"])).said === "running\n");
  expect((await here.run(one, ["cat", "/root/kept"])).said).toBe("kept\n");
});

test("a power-off from inside is told apart from a plug that was pulled", async () => {
  const off = new Promise((resolve) => here.machines.watch(one.instanceId, resolve));
  await here.run(one, ["systemctl", "poweroff"]);
  expect(await off).toBe(130);
  expect(here.machines.observe(one.instanceId)).toEqual({ state: "stopped", exit: 130 });

  const pulled = new Promise((resolve) => here.machines.watch(two.instanceId, resolve));
  await here.machines.stop(two.instanceId, { graceful: 0 });
  expect(await pulled).toBe(137);
});

test("a machine outlives the process that started it, and another one adopts it", async () => {
  const starter = spawn(
    process.execPath,
    ["--import", "tsx", join(import.meta.dirname, "starter.ts"), JSON.stringify({ folders: here.folders, spec: one })],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  await once(starter.stdout, "data");
  const before = here.machines.observe(one.instanceId);
  expect(before).toMatchObject({ state: "running" });
  starter.kill("SIGKILL");
  await once(starter, "exit");

  const next = new Machines(here.label, here.folders);
  expect(next.observe(one.instanceId)).toEqual(before);
  const exit = new Promise((resolve) => next.watch(one.instanceId, resolve));
  expect(await next.run(one.instanceId, ["true"])).toBe(0);
  await next.stop(one.instanceId);
  expect(await exit).toBe(130);
});

test("a full disk is told with the machine and the folder", async () => {
  const small = join(here.state, "small");
  mkdirSync(small);
  await run(command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small));
  try {
    mkdirSync(join(small, "machines"));
    writeFileSync(join(small, "rest"), "x".repeat(60 * 1024 - 4096));
    const cramped = new Machines(here.label, { ...here.folders, state: small });
    const spec = { ...one, instanceId: "i-00000000000000009" };
    await expect(cramped.create(spec)).rejects.toMatchObject({
      code: "DiskFull",
      at: spec.instanceId,
      message: expect.stringContaining(`${small}/machines`),
    });
    expect(cramped.observe(spec.instanceId)).toMatchObject({ state: "stopped" });
  } finally {
    await run(command("umount", small));
  }
});

test("a machine whose image is gone is not started", async () => {
  const spec = { ...one, instanceId: "i-00000000000000008", image: "machine-0000000000" };
  await expect(here.machines.create(spec)).rejects.toMatchObject({ code: "ImageMissing" });
});

test("a terminated machine leaves its neighbours alone and no mount anywhere", async () => {
  await Promise.all([here.machines.start(one), here.machines.start(two)]);
  await here.machines.terminate(one.instanceId);
  expect(here.machines.observe(one.instanceId)).toEqual({ state: "stopped", exit: undefined });
  expect(here.machines.observe(two.instanceId)).toMatchObject({ state: "running" });
  expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(here.state);

  // The neighbour's shim has seen the namespace's mount, but does not keep it alive: its link goes with it.
  const router = one.namespace.replace("eni", "router");
  expect(await run(command("ip", "-n", router, "-o", "link", "show", "type", "veth"))).not.toBe("");
  await run(command("ip", "netns", "delete", one.namespace));
  await until(
    "the namespace is gone",
    async () => (await run(command("ip", "-n", router, "-o", "link", "show", "type", "veth"))) === "",
  );
});
