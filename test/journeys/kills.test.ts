import { setTimeout as sleep } from "node:timers/promises";
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { CreateDhcpOptionsCommand, DeleteDhcpOptionsCommand, DescribeDhcpOptionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differences, recordsOf } from "./matches.js";
import { networkTemplate } from "./network-template.js";
import { JourneyRegion } from "./region.js";

/** `npm run soak` asks for more. */
const rounds = Number(process.env.SANDTABLE_SOAK_ROUNDS ?? 5);

const region = new JourneyRegion();
const stackName = "network";
type Work = "create" | "update" | "delete";
/** How long each takes undisturbed, in milliseconds: kills come somewhere in it. */
const usual: Record<Work, number> = { create: 0, update: 0, delete: 0 };
/** What is to be there, by what was acknowledged. */
let variant: number | undefined;
const optionSets = new Set<string>();

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0");
  for (const work of ["create", "update", "delete"] as const) {
    const began = performance.now();
    expect(await asked(work)).toBe(true);
    await settled();
    usual[work] = performance.now() - began;
  }
});
afterAll(() => region.purge());

/** Without holding, which a killed region could not; every attempt is one. */
const cloudFormation = () => new CloudFormationClient({ ...region.client, maxAttempts: 1, customUserAgent: "sandtable-journey" });

const wanted = (work: Work, now: number | undefined): number | undefined =>
  work === "delete" ? undefined : now === undefined ? 1 : 3 - now;

async function variantOfStack(): Promise<number> {
  const client = cloudFormation();
  const { TemplateBody = "" } = await client.send(new GetTemplateCommand({ StackName: stackName }));
  client.destroy();
  return TemplateBody.includes("PrivateC") ? 2 : 1;
}

/** Ask for it; whether it was acknowledged. */
async function asked(work: Work): Promise<boolean> {
  const client = cloudFormation();
  const next = wanted(work, variant);
  const TemplateBody = JSON.stringify(networkTemplate(next ?? 1));
  try {
    if (work === "create") await client.send(new CreateStackCommand({ StackName: stackName, TemplateBody }));
    else if (work === "update") await client.send(new UpdateStackCommand({ StackName: stackName, TemplateBody }));
    else await client.send(new DeleteStackCommand({ StackName: stackName }));
  } catch (error) {
    if (error instanceof Error && "$metadata" in error && "$response" in error && error.$response !== undefined) throw error;
    return false;
  } finally {
    client.destroy();
  }
  variant = next;
  return true;
}

/** The stack's status once nothing is in progress; undefined when there is none. */
async function settled(): Promise<string | undefined> {
  const client = cloudFormation();
  try {
    for (;;) {
      const status = await client.send(new DescribeStacksCommand({ StackName: stackName })).then(
        ({ Stacks }) => Stacks?.[0]?.StackStatus,
        (error: Error) => {
          if (error.name === "ValidationError") return undefined;
          throw error;
        },
      );
      if (status?.endsWith("_IN_PROGRESS") !== true) return status;
      await sleep(50);
    }
  } finally {
    client.destroy();
  }
}

/** Creates and deletes sets of DHCP options until the region is gone; `optionSets` are those that must be there. */
async function optionsUntilGone(doubtful: Set<string>): Promise<void> {
  const ec2 = new EC2Client({ ...region.client, maxAttempts: 1 });
  try {
    for (let n = 0; ; n += 1) {
      const { DhcpOptions } = await ec2.send(
        new CreateDhcpOptionsCommand({ DhcpConfigurations: [{ Key: "domain-name", Values: ["shop.example"] }] }),
      );
      optionSets.add(DhcpOptions!.DhcpOptionsId!);
      const [oldest] = optionSets;
      if (n % 3 !== 0 || oldest === undefined) continue;
      optionSets.delete(oldest);
      doubtful.add(oldest);
      await ec2.send(new DeleteDhcpOptionsCommand({ DhcpOptionsId: oldest }));
      doubtful.delete(oldest);
    }
  } catch (error) {
    if (
      error instanceof Error &&
      "$metadata" in error &&
      (error.$metadata as { httpStatusCode?: number }).httpStatusCode !== undefined
    )
      throw error;
  } finally {
    ec2.destroy();
  }
}

async function isGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(5);
  }
}

test(
  `a region killed in the middle of its work carries on: nothing acknowledged is lost, and the machine matches the records (${rounds} kills)`,
  {
    timeout: 60_000 + rounds * 30_000,
  },
  async () => {
    for (let round = 0; round < rounds; round += 1) {
      const work: Work = variant === undefined ? "create" : round % 3 === 2 ? "delete" : "update";
      const before = variant;
      const delay = Math.random() * usual[work];
      const context = `${work}, killed after ${Math.round(delay)} of ${Math.round(usual[work])} ms`;
      const doubtful = new Set<string>();
      const other = optionsUntilGone(doubtful);
      const asking = asked(work);
      await sleep(delay);
      const { pid } = region;
      process.kill(pid, "SIGKILL");
      const acknowledged = await asking;
      await other;
      await isGone(pid);

      await region.ok("region", "start", "--port", "0");
      const status = await settled();
      const done = { create: "CREATE_COMPLETE", update: "UPDATE_COMPLETE", delete: undefined };
      if (acknowledged) expect(status, context).toBe(done[work]);
      const now = status === undefined ? undefined : await variantOfStack();
      if (acknowledged) expect(now, context).toBe(variant);
      // What was not acknowledged may have come to pass all the same.
      else expect([before, wanted(work, before)], context).toContain(now);
      variant = now;

      const ec2 = new EC2Client({ ...region.client, maxAttempts: 1 });
      const { DhcpOptions = [] } = await ec2.send(new DescribeDhcpOptionsCommand({}));
      ec2.destroy();
      const there = new Set(DhcpOptions.map(({ DhcpOptionsId }) => DhcpOptionsId));
      expect(
        [...optionSets].filter((id) => !there.has(id)),
        `${context}: acknowledged, and not there`,
      ).toEqual([]);

      let left: string[] = [];
      // The network of what was there at the start is put right while the region answers already.
      for (let look = 0; look < 100; look += 1) {
        left = await differences(region.label, recordsOf(region.state));
        if (left.length === 0) break;
        await sleep(100);
      }
      expect(left, context).toEqual([]);
    }
  },
);
