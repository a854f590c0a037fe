import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadWire } from "../../../src/region/protocol/wire.js";
import { services } from "../../../src/region/operations/operation.js";
import { everyOperation, startHarness } from "../server/harness.js";
import { compact, ensureWire } from "./ensure-wire.js";
import { plain, sample } from "./sample.js";

/** restJson1 has no service in the region yet; its table is made for this test only. */
const others = { backup: { sdk: "backup" } } as const;
let elsewhere: string;

beforeAll(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), "sandtable-wire-"));
  await Promise.all([ensureWire(), compact(elsewhere, ["backup"])]);
}, 60_000);
afterAll(() => rm(elsewhere, { recursive: true, force: true }));

/** What does not come through as it was sent, and why that is so. */
const exceptions: { readonly [operation: string]: string } = {
  ListDirectoryBuckets: "S3 Express, which is signed as another service",
  SelectObjectContent: "an event stream",
  WriteGetObjectResponse: "goes to a host of its own",
  AssumeRoleWithSAML: "not signed: the assertion is the proof. Not modelled.",
  AssumeRoleWithWebIdentity: "not signed: the token is the proof. Not modelled.",
};

/** About forty of each service, evenly spread; all of them in a soak. */
const sampled = (names: readonly string[]): readonly string[] => {
  const step = process.env["SANDTABLE_SOAK_ROUNDS"] === undefined ? Math.ceil(names.length / 40) : 1;
  return names.filter((_, index) => index % step === 0);
};

describe.each(Object.entries({ ...services, ...others }))(
  "the operations of %s, sent by the SDK's own client",
  (service, { sdk }) => {
    test("arrives as it was sent, and its answer likewise", { timeout: 120_000 }, async () => {
      const wire = loadWire(service, service in others ? elsewhere : undefined);
      let seen: unknown;
      let reply: unknown;
      await using harness = await startHarness({
        operations: everyOperation(wire, (_name, input) => {
          seen = input;
          return reply;
        }),
        findWire: (name) => (name === service ? wire : undefined),
      });
      const { client, command } = await clientOf(sdk, harness.client);
      const wrong: Record<string, unknown> = {};
      for (const name of sampled(wire.operationNames())) {
        if (name in exceptions) continue;
        const { input, output } = wire.operation(name)!;
        const sent = input.isStructSchema() ? sample(input) : {};
        reply = output.isStructSchema() ? sample(output) : {};
        seen = undefined;
        try {
          const received = await collected(await client.send(command(name, structuredClone(sent))));
          expect.soft(plain(seen), `input of ${name}`).toEqual(plain(sent));
          expect.soft(plain(received), `output of ${name}`).toEqual(plain(reply));
        } catch (error) {
          wrong[name] = String(error);
        }
      }
      client.destroy();
      expect(wrong).toEqual({});
    });
  },
);

/** The body of an object comes as a stream. */
async function collected(received: object): Promise<object> {
  const whole: Record<string, unknown> = { ...received };
  for (const [name, value] of Object.entries(whole))
    if (value instanceof Readable) whole[name] = new Uint8Array(Buffer.concat(await value.toArray()));
  return whole;
}

interface Client {
  send(command: object): Promise<object>;
  destroy(): void;
}

async function clientOf(
  sdk: string,
  configuration: object,
): Promise<{ client: Client; command: (name: string, input: unknown) => object }> {
  const module = (await import(`@aws-sdk/client-${sdk}`)) as Record<string, new (argument: unknown) => unknown>;
  const name = Object.keys(module).find((key) => /^[A-Z].*Client$/.test(key) && key !== "__Client")!;
  return {
    client: new module[name]!({ ...configuration, forcePathStyle: true }) as Client,
    command: (operation, input) => new module[`${operation}Command`]!(input) as object,
  };
}
