import { CreateNatGatewayCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { beforeAll, describe, expect, test } from "vitest";
import { loadWire } from "../../../src/region/protocol/wire.js";
import { put, recordType, remove } from "../../../src/region/records/records.js";
import { tokenMember } from "../../../src/region/server/idempotency.js";
import { recordsAlone, temporaryFolder } from "../../support/records.js";
import { ensureWire } from "../protocol/ensure-wire.js";
import { fake, memoryCalls, startHarness } from "./harness.js";

beforeAll(ensureWire, 60_000);

test.each([
  ["ec2", "RunInstances", "ClientToken"], // its schema says so
  ["ec2", "CreateVpcEndpoint", "ClientToken"], // by name only
  ["ec2", "CreateVpc", undefined],
  ["cloudformation", "CreateChangeSet", undefined], // a deleted change set may be made anew with the same token
])("the token of %s:%s is %s", (service, name, token) => {
  expect(tokenMember(loadWire(service).operation(name)!)).toBe(token);
});

const hour = 3_600_000;

async function start(run: () => unknown = () => undefined) {
  const world = { now: Date.parse("2026-11-21T10:00:00Z"), runs: 0 };
  const calls = memoryCalls(() => world.now);
  const serve = () =>
    startHarness({
      clock: () => world.now,
      callFor: calls,
      operations: [
        fake("ec2", "CreateNatGateway", ["SubnetId"], async () => {
          world.runs++;
          await run();
          return { NatGateway: { NatGatewayId: `nat-${world.runs}`, CreateTime: new Date(world.now), State: "pending" } };
        }),
        fake("ec2", "RunInstances", ["ImageId", "MinCount", "MaxCount", "ClientToken"], (_call, input) => ({
          ReservationId: input["ClientToken"],
        })),
      ],
    });
  return { world, serve };
}

const create = (token?: string, subnet = "subnet-1") => new CreateNatGatewayCommand({ SubnetId: subnet, ClientToken: token });

/** The clients sign with the real time, which may be far from the test's. */
const clientAt = (harness: Awaited<ReturnType<typeof startHarness>>, now: number) =>
  new EC2Client({ ...harness.client, systemClockOffset: now - Date.now() });

describe("a request with an idempotency token", () => {
  test("that comes again gets the first answer and creates nothing, also after a restart", async () => {
    const { world, serve } = await start();
    let first: object | undefined;
    {
      await using harness = await serve();
      const client = clientAt(harness, world.now);
      first = (await client.send(create("t"))).NatGateway;
      expect((await client.send(create("t"))).NatGateway).toEqual(first);
    }
    await using harness = await serve();
    expect((await clientAt(harness, world.now).send(create("t"))).NatGateway).toEqual(first);
    expect(first).toMatchObject({ NatGatewayId: "nat-1", CreateTime: new Date(world.now) });
    expect(world.runs).toBe(1);
  });

  test("that comes again while the first is being answered shares its answer", async () => {
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { world, serve } = await start(() => held);
    await using harness = await serve();
    const client = clientAt(harness, world.now);
    const both = Promise.all([client.send(create("t")), client.send(create("t"))]);
    setImmediate(release);
    const [a, b] = await both;
    expect(a.NatGateway).toEqual(b.NatGateway);
    expect(world.runs).toBe(1);
  });

  test("and other parameters is refused", async () => {
    const { world, serve } = await start();
    await using harness = await serve();
    const client = clientAt(harness, world.now);
    await client.send(create("t"));
    await expect(client.send(create("t", "subnet-2"))).rejects.toMatchObject({ name: "IdempotentParameterMismatch" });
    expect(world.runs).toBe(1);
  });

  test("that failed is run again", async () => {
    let fail = true;
    const { world, serve } = await start(() => {
      if (fail) throw new Error("not this time");
    });
    await using harness = await serve();
    const client = clientAt(harness, world.now);
    await expect(client.send(create("t"))).rejects.toMatchObject({ name: "InternalFailure" });
    fail = false;
    expect((await client.send(create("t"))).NatGateway?.NatGatewayId).toBe("nat-2");
  });

  test("whose region was killed after its change and before its answer makes nothing twice, and is told what there is", async () => {
    const Nats = recordType<{ readonly id: string }>("test:Nat");
    const folder = temporaryFolder();
    const begun = deferred();
    const start = async (run: () => Promise<void>) => {
      const { call } = recordsAlone({ folder });
      const harness = await startHarness({
        callFor: () => call,
        operations: [
          fake("ec2", "CreateNatGateway", ["SubnetId"], async (now) => {
            now.commit(put(Nats, "nat-1", { id: "nat-1" }));
            await run();
            return { NatGateway: { NatGatewayId: "nat-1" } };
          }),
        ],
      });
      return { harness, records: call.records };
    };
    const first = await start(() => {
      begun.resolve();
      return new Promise(() => undefined);
    });
    const client = new EC2Client(first.harness.client);
    client.send(create("t")).catch(() => undefined);
    await begun.promise;
    // What the journal holds at this moment is what a kill would leave: the change and the note of it are one line.
    const second = await start(() => Promise.reject(new Error("made twice")));
    await expect(new EC2Client(second.harness.client).send(create("t"))).rejects.toMatchObject({
      name: "RequestInterrupted",
      message: expect.stringContaining("test:Nat nat-1") as string,
      $metadata: { attempts: 1 },
    });
    expect(second.records.list(Nats)).toEqual([{ id: "nat-1" }]);
    client.destroy();
    await Promise.all([first.harness.close(), second.harness.close()]);
  });

  test("that failed after it had made something makes nothing twice, and says why and what there is", async () => {
    const Nats = recordType<{ readonly id: string }>("test:Nat");
    const { call } = recordsAlone();
    let runs = 0;
    let takesBack = false;
    await using harness = await startHarness({
      callFor: () => call,
      operations: [
        fake("ec2", "CreateNatGateway", ["SubnetId"], (now) => {
          runs++;
          now.commit(put(Nats, `nat-${runs}`, { id: `nat-${runs}` }));
          if (takesBack) now.commit(remove(Nats, `nat-${runs}`));
          throw new Error("the kernel has no room.");
        }),
      ],
    });
    const client = new EC2Client(harness.client);
    await expect(client.send(create("t"))).rejects.toMatchObject({ name: "InternalFailure" });
    await expect(client.send(create("t"))).rejects.toMatchObject({
      name: "RequestInterrupted",
      message: expect.stringContaining(
        "failed after it had made test:Nat nat-1: the kernel has no room. That is there",
      ) as string,
    });
    expect(call.records.list(Nats)).toEqual([{ id: "nat-1" }]);
    takesBack = true;
    await expect(client.send(create("u"))).rejects.toMatchObject({ name: "InternalFailure" });
    await expect(client.send(create("u"))).rejects.toMatchObject({ name: "InternalFailure" });
    expect(runs).toBe(3);
  });

  test("is forgotten after a day", async () => {
    const { world, serve } = await start();
    await using harness = await serve();
    await clientAt(harness, world.now).send(create("t"));
    world.now += 24 * hour;
    await clientAt(harness, world.now).send(create("t"));
    expect(world.runs).toBe(2);
  });

  test("gets one from the SDK when it has none, and two such requests are two", async () => {
    const { world, serve } = await start();
    await using harness = await serve();
    const client = clientAt(harness, world.now);
    await client.send(create());
    await client.send(create());
    expect(world.runs).toBe(2);
  });

  test("reaches an operation that wants to know it", async () => {
    const { world, serve } = await start();
    await using harness = await serve();
    const command = new RunInstancesCommand({ ImageId: "ami-1", MinCount: 1, MaxCount: 1, ClientToken: "mine" });
    expect((await clientAt(harness, world.now).send(command)).ReservationId).toBe("mine");
  });
});

/** `Promise.withResolvers`, which Node 20 lacks. */
function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
