import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudFormationClient, DeleteStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { hasMoto, startMoto, type Moto, type MotoEndpoint } from "../test/support/moto.js";
import { line, median, seconds, type Figure } from "./figures.js";
import { BenchRegion } from "./region.js";

const template = fileURLToPath(new URL("network.yaml", import.meta.url));

interface NetworkFigures {
  readonly figures: Figure[];
  readonly skipped: string[];
}

/**
 * A network of 36 resources deployed by `aws cloudformation deploy`: into a region, where packets then flow, and into moto's server,
 * which keeps records alone. In turn, in one run. Empty, with a word why, where the CLI is missing; without moto there is no ratio.
 */
export async function networkStack(rounds: number): Promise<NetworkFigures> {
  if (!works("aws", "--version")) return { figures: [], skipped: ["the network stack: no aws CLI on this machine"] };
  const moto = hasMoto() ? await startMoto() : undefined;
  try {
    return await BenchRegion.with((region) => measured(region, moto, rounds));
  } finally {
    moto?.end();
  }
}

async function measured(region: BenchRegion, moto: Moto | undefined, rounds: number): Promise<NetworkFigures> {
  await region.start();
  const ours: number[] = [];
  const theirs: number[] = [];
  const deletions: number[] = [];
  const here = endpointOf(region);
  for (let round = 0; round <= rounds; round++) {
    const deployed = await seconds(() => deploy(here, `net-${round}`));
    const deleted = await seconds(() => remove(here, `net-${round}`));
    const baseline = moto === undefined ? undefined : await seconds(() => deploy(moto.at, `net-${round}`));
    if (round === 0) continue; // warm-up
    ours.push(deployed);
    deletions.push(deleted);
    if (baseline !== undefined) theirs.push(baseline);
  }
  const stated = { unit: "s", aim: "the ratio below", met: true };
  const figures: Figure[] = [
    { what: "36-resource network stack by the aws CLI", values: ours, ...stated },
    { what: "its deletion", values: deletions, unit: "s", aim: "<= 1 s", met: median(deletions) <= 1 },
  ];
  if (moto === undefined) return { figures, skipped: ["the ratio to moto: no moto server on this machine"] };
  const ratios = ours.map((value, index) => value / (theirs[index] ?? Number.NaN));
  figures.push(
    { what: "the same into moto's server, records alone", values: theirs, ...stated },
    { what: "ratio", values: ratios, unit: "", aim: "<= 1.5", met: median(ratios) <= 1.5 },
  );
  return { figures, skipped: [] };
}

const works = (program: string, ...args: string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

function endpointOf({ state }: BenchRegion): MotoEndpoint {
  const read = (file: string): Record<string, string> =>
    JSON.parse(readFileSync(join(state, file), "utf8")) as Record<string, string>;
  const { endpoint = "", regionName = "" } = read("region.json");
  const { accessKeyId = "", secretAccessKey = "" } = read("credentials.json");
  return { endpoint, region: regionName, credentials: { accessKeyId, secretAccessKey } };
}

const deploy = ({ endpoint, region, credentials }: MotoEndpoint, stackName: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const env = {
      PATH: process.env["PATH"],
      HOME: "/nonexistent",
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: "true",
    };
    const args = ["cloudformation", "deploy", "--stack-name", stackName, "--template-file", template];
    execFile("aws", ["--endpoint-url", endpoint, ...args], { env }, (error, _out, complaint) => {
      if (error === null) resolve();
      else reject(new Error(`aws ${args.join(" ")} failed: ${complaint}`));
    });
  });

/** From the request to the moment the stack is gone. */
async function remove(at: MotoEndpoint, stackName: string): Promise<void> {
  const client = new CloudFormationClient(at);
  const described = await client.send(new DescribeStacksCommand({ StackName: stackName }));
  const id = described.Stacks?.[0]?.StackId;
  await client.send(new DeleteStackCommand({ StackName: id }));
  for (;;) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: id }));
    const status = Stacks?.[0]?.StackStatus;
    if (status === "DELETE_COMPLETE") return;
    if (status !== "DELETE_IN_PROGRESS") throw new Error(`${stackName} is ${status}`);
    await sleep(20);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { figures, skipped } = await networkStack(Math.max(1, Number(process.argv[2] ?? 5)));
  for (const figure of figures) process.stdout.write(`${line(figure)}\n`);
  for (const word of skipped) process.stdout.write(`skipped: ${word}\n`);
}
