import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { PassThrough } from "node:stream";
import * as z from "zod";
import { UserFault } from "../../faults.js";
import { hostCommand, onTheInternet, type Standpoint } from "../../parts/fabric/internet.js";
import { namespaceName, type RegionLabel } from "../../parts/host/label.js";
import { followSize, type TerminalWish } from "../../parts/host/terminal.js";
import type { House } from "../house.js";
import type { Scope } from "../operations/call.js";
import { resolverOf } from "../services/ec2/interfaces.js";
import { Instances, NetworkInterfaces, Vpcs, type Instance, type NetworkInterface } from "../services/ec2/records.js";
import type { ControlHandler, Talk } from "./server.js";

/** What `internet` and `connect` are asked with. */
const wish = z.object({
  argv: z.array(z.string()).min(1),
  tty: z.boolean().optional(),
  cols: z.number().int().positive().optional(),
  rows: z.number().int().positive().optional(),
  cwd: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
});

/** Run a command in the simulated internet, or at a network interface that is not attached, as the region's owner. */
export const internetVerb =
  (house: House, owner: { readonly uid: number; readonly gid: number }): ControlHandler =>
  async (request, talk) => {
    const { argv, tty, cols, rows, cwd, env, from } = wish.extend({ from: z.string().optional() }).parse(request);
    await house.fabric.applyInternet();
    const standpoint =
      from === undefined ? onTheInternet(house.label) : atInterface(house.label, namedInterface(house.scopes.all(), from));
    const terminal = tty === true ? terminalOf(talk, cols, rows) : undefined;
    const command = hostCommand(standpoint, argv, {
      ...owner,
      ...(cwd === undefined ? {} : { cwd }),
      ...(terminal === undefined ? {} : { tty: terminal }),
    });
    const [program, ...args] = command.argv;
    const child = spawn(program, args, {
      stdio: ["pipe", "pipe", "pipe"],
      cwd: "/",
      env: { PATH: process.env.PATH, ...trusting(house.outside.trustedFile), ...env },
      signal: talk.signal,
    });
    if (terminal !== undefined) followSize(child.pid, terminal);
    child.stdout.on("data", (chunk: Buffer) => talk.send({ stdout: chunk.toString("base64") }));
    child.stderr.on("data", (chunk: Buffer) => talk.send({ stderr: chunk.toString("base64") }));
    child.stdin.on("error", () => undefined); // the command may not read what it is given
    streamOf(talk).pipe(child.stdin);
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
    });
    return { exitCode };
  };

/** For curl and OpenSSL's like, the AWS CLI and SDKs, and Node.js: the AWS endpoints of the simulated internet can be believed. */
const trusting = (file: string): Record<string, string> =>
  existsSync(file) ? { SSL_CERT_FILE: file, CURL_CA_BUNDLE: file, AWS_CA_BUNDLE: file, NODE_EXTRA_CA_CERTS: file } : {};

const atInterface = (label: RegionLabel, { scope, nic }: Found): Standpoint => ({
  namespace: namespaceName(label, "eni", nic.interfaceId),
  resolver: resolverOf(scope.records.get(Vpcs, nic.vpcId)?.cidr ?? ""),
});

interface Found {
  readonly scope: Scope;
  readonly nic: NetworkInterface;
}

/** A network interface that nothing holds, by id or `Name` tag: an end of the network to talk from. Throws `UserFault`. */
function namedInterface(scopes: readonly Scope[], name: string): Found {
  const all = scopes.flatMap((scope) => scope.records.list(NetworkInterfaces).map((nic) => ({ scope, nic })));
  const [found, ...others] = all.filter(({ nic }) => nic.interfaceId === name || nic.tags?.["Name"] === name);
  if (found === undefined || others.length > 0)
    throw new UserFault(found === undefined ? "NotFound" : "AmbiguousName", {
      at: name,
      message: found === undefined ? `no network interface is called ${name}` : `several network interfaces are called ${name}`,
      fix: "name one by its id: `sandtable aws ec2 describe-network-interfaces` lists them, `create-network-interface` makes one",
    });
  const { kind, id } = found.nic.holder;
  if (kind !== "none")
    throw new UserFault("InUse", {
      at: name,
      message: `${name} belongs to the ${kind} ${id}, whose programs live there`,
      fix:
        kind === "instance"
          ? `run the command on it: sandtable connect ${id} -- …`
          : "make one of your own in the same subnet: sandtable aws ec2 create-network-interface --subnet-id …",
    });
  return found;
}

/** Run a command inside an instance. On AWS this is Session Manager's work. */
export const connectVerb =
  (house: House): ControlHandler =>
  async (request, talk) => {
    const { argv, tty, cols, rows, env } = wish.extend({ argv: z.array(z.string()) }).parse(request);
    const instance = namedInstance(house.scopes.all(), z.string().parse(request.name));
    if (instance.state !== "running")
      throw new UserFault("NotRunning", {
        at: instance.instanceId,
        message: `${instance.instanceId} is ${instance.state}, so nothing can be run in it`,
        fix: `start it: sandtable aws ec2 start-instances --instance-ids ${instance.instanceId}`,
      });
    const exitCode = await house.machines.run(instance.instanceId, argv.length === 0 ? ["/bin/bash", "-l"] : argv, {
      stdin: streamOf(talk),
      ...(tty === true ? { tty: terminalOf(talk, cols, rows) } : {}),
      ...(env === undefined ? {} : { env }),
      signal: talk.signal,
      onStdout: (chunk) => talk.send({ stdout: chunk.toString("base64") }),
      onStderr: (chunk) => talk.send({ stderr: chunk.toString("base64") }),
    });
    return { exitCode };
  };

/** By id, `Name` tag or logical id. Throws `UserFault` when none or several are meant. */
export function namedInstance(scopes: readonly Scope[], name: string): Instance {
  const all = scopes.flatMap((scope) => scope.records.list(Instances)).filter((instance) => instance.state !== "terminated");
  const names = (instance: Instance): readonly (string | undefined)[] => [
    instance.instanceId,
    instance.tags.Name,
    instance.tags["aws:cloudformation:logical-id"],
  ];
  const meant = all.filter((instance) => names(instance).includes(name));
  const [found] = meant;
  if (found !== undefined && meant.length === 1) return found;
  const known = all.map((instance) => instance.tags.Name ?? instance.instanceId).join(", ");
  throw new UserFault(meant.length === 0 ? "NoSuchInstance" : "SeveralInstances", {
    at: name,
    message:
      meant.length === 0
        ? `no instance is called ${name}${known === "" ? ": there are none" : `; there are ${known}`}`
        : `${meant.length} instances are called ${name}: ${meant.map((instance) => instance.instanceId).join(", ")}`,
    fix: meant.length === 0 ? "name one by its Name tag, its logical id or its instance id" : "name one by its instance id",
  });
}

const resized = z.object({ resize: z.object({ cols: z.number().int().positive(), rows: z.number().int().positive() }) });

/** The client's terminal: its size now, and with each `resize` frame. */
const terminalOf = (talk: Talk, columns = 80, rows = 24): TerminalWish => ({
  columns,
  rows,
  onResize: (listener) =>
    talk.onFrame((frame) => {
      const { data } = resized.safeParse(frame);
      if (data !== undefined) listener({ columns: data.resize.cols, rows: data.resize.rows });
    }),
});

/** The client's `stdin` frames as a stream. */
function streamOf(talk: Talk): PassThrough {
  const stream = new PassThrough();
  talk.onFrame((frame) => {
    if (typeof frame.stdin === "string") stream.write(Buffer.from(frame.stdin, "base64"));
    if (frame.stdinEnd === true) stream.end();
  });
  talk.signal.addEventListener("abort", () => stream.end(), { once: true });
  return stream;
}
