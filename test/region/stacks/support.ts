import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack as ApiStack, StackEvent } from "@aws-sdk/client-cloudformation";
import { ensureSpec } from "../../../scripts/compact-spec.js";
import { accountId } from "../../../src/region/credentials.js";
import { ObjectFiles } from "../../../src/parts/objects/objectfiles.js";
import type { Call, Scope } from "../../../src/region/operations/call.js";
import { ServiceFault } from "../../../src/region/operations/fault.js";
import { enforced, recorded, states } from "../../../src/region/operations/members.js";
import { put, recordType, remove, type Commit } from "../../../src/region/records/records.js";
import { Store } from "../../../src/region/records/store.js";
import type { ServerOptions } from "../../../src/region/server/server.js";
import { Scopes } from "../../../src/region/scopes.js";
import { operationsOf } from "../../../src/region/stacks/operations/operations.js";
import type { ResourceProvider } from "../../../src/region/stacks/provider.js";
import { s3Providers } from "../../../src/region/stacks/providers/s3/providers.js";
import { waitCondition, waitConditionHandle } from "../../../src/region/stacks/providers/wait-condition.js";
import { openSpecification } from "../../../src/region/stacks/spec/specification.js";
import { fetchTemplate } from "../../../src/region/stacks/template-url.js";
import { noServerLogs } from "../../support/records.js";
import { furnishCloudFormation, type CloudFormation } from "../../../src/region/stacks/stacks.js";

/** The things that the test providers make. Their records are as real as any. */
export interface Topic {
  readonly name: string;
  readonly display: string;
  readonly tags: Readonly<Record<string, string>>;
}
export const Topics = recordType<Topic>("test:Topic");

export const Machines = recordType<{ readonly type: string }>("test:Machine");

export interface Queue {
  readonly name: string;
  readonly delay: string;
}
export const Queues = recordType<Queue>("test:Queue");

/**
 * What tests do to the providers: a name in a set makes that resource fail or wait at that step. `told` is what happened in order.
 */
export class Script {
  readonly told: string[] = [];
  readonly failing = new Set<string>();
  readonly waiting = new Set<string>();
  private readonly wakes: (() => void)[] = [];
  private readonly watchers = new Set<() => void>();

  /** Resolves when a step has been reached. */
  reached(step: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.told.includes(step)) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  /** Let everything that waits for a name go on. */
  release(...steps: string[]): void {
    for (const step of steps) this.waiting.delete(step);
    for (const wake of this.wakes.splice(0)) wake();
  }

  async step(verb: string, name: string, signal?: AbortSignal): Promise<void> {
    const step = `${verb} ${name}`;
    this.told.push(step);
    for (const look of [...this.watchers]) look();
    while (this.waiting.has(step)) {
      signal?.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        this.wakes.push(resolve);
        signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      });
    }
    if (this.failing.has(step)) throw new ServiceFault("Scripted", `${step} was told to fail`);
  }
}

const theNameOf = (call: Call, physicalId: string): string => call.records.get(Topics, physicalId)?.name ?? physicalId;

export const testProviders = (script: Script): readonly ResourceProvider[] => [
  {
    type: "AWS::SNS::Topic",
    record: Topics,
    properties: { TopicName: enforced, DisplayName: enforced, Tags: recorded("nobody looks at them"), FifoTopic: states(false) },
    attributes: { TopicName: theNameOf, TopicArn: (_call, id) => `arn:${id}` },
    async create(call, { TopicName, DisplayName }, naming) {
      const name = String(TopicName ?? naming.logicalId);
      await script.step("create", name);
      const id = `topic-${call.records.list(Topics).length}-${name}`;
      call.commit(put(Topics, id, { name, display: String(DisplayName ?? ""), tags: naming.tags }));
      await script.step("after", name);
      return id;
    },
    settled: (call, physicalId, signal) => script.step("settle", theNameOf(call, physicalId), signal),
    async delete(call, physicalId, _properties, signal) {
      const name = theNameOf(call, physicalId);
      await script.step("delete", name, signal);
      call.commit(remove(Topics, physicalId));
    },
  },
  {
    type: "AWS::SQS::Queue",
    record: Queues,
    properties: { QueueName: enforced, DelaySeconds: enforced },
    ref: (_call, physicalId) => `https://queues/${physicalId}`,
    attributes: {
      Arn: (_call, id) => `arn:${id}`,
      QueueName: (call, id) => call.records.get(Queues, id.replace("queue-", "record-"))?.name ?? "",
    },
    // The physical id of a queue is not its record's id.
    identify: (recordId) => recordId.replace("record-", "queue-"),
    async create(call, { QueueName, DelaySeconds }, naming) {
      const name = String(QueueName ?? naming.logicalId);
      await script.step("create", name);
      const record = `record-${call.records.list(Queues).length}-${name}`;
      call.commit(put(Queues, record, { name, delay: String(DelaySeconds ?? 0) }));
      return record.replace("record-", "queue-");
    },
    async update(call, physicalId, { to }) {
      const record = physicalId.replace("queue-", "record-");
      const queue = call.records.get(Queues, record);
      await script.step("update", queue?.name ?? physicalId);
      if (queue !== undefined) call.commit(put(Queues, record, { ...queue, delay: String(to["DelaySeconds"] ?? 0) }));
    },
    async delete(call, physicalId) {
      const record = physicalId.replace("queue-", "record-");
      await script.step("delete", call.records.get(Queues, record)?.name ?? physicalId);
      call.commit(remove(Queues, record));
    },
  },
];

/** Something of which some properties can be changed, and one decides by its value whether another takes its place. */
const machine = (script: Script): ResourceProvider => ({
  type: "AWS::EC2::Instance",
  record: Machines,
  properties: { InstanceType: enforced, AdditionalInfo: enforced, Monitoring: enforced },
  attributes: {},
  updatable: ["InstanceType"],
  replaces: ({ to }) => to["InstanceType"] === "big",
  async create(call, { InstanceType }, naming) {
    await script.step("create", naming.logicalId);
    const id = `i-${call.records.list(Machines).length}-${String(InstanceType)}`;
    call.commit(put(Machines, id, { type: String(InstanceType) }));
    return id;
  },
  async update(call, id, { to }) {
    await script.step("update", id);
    call.commit(put(Machines, id, { type: String(to["InstanceType"]) }));
  },
  async delete(call, id) {
    await script.step("delete", id);
    call.commit(remove(Machines, id));
  },
});

/** A region's CloudFormation on records of its own. */
export interface Bench {
  readonly scope: Scope;
  readonly script: Script;
  readonly formation: CloudFormation;
  /** For a server in front of it. */
  readonly served: Pick<ServerOptions, "operations" | "callFor" | "durable">;
  /** All commits so far, each with the names of its record types. */
  readonly commits: readonly Commit[];
  /** Run an operation as a client would. */
  run<O>(name: string, input: object): Promise<O>;
  /** Create a stack and wait until it rests; gives its status. */
  deploy(template: string, input?: object): Promise<ApiStack>;
  stack(name?: string): Promise<ApiStack>;
  /** `LogicalId STATUS reason`, oldest first. */
  events(name?: string): Promise<readonly string[]>;
  /** Throw the engine away as a `kill -9` would, and start another on the same records. */
  crash(): Promise<Bench>;
  close(): Promise<void>;
}

export async function openBench(
  folder = mkdtempSync(join(tmpdir(), "sandtable-stacks-")),
  script = new Script(),
): Promise<Bench> {
  const specification = openSpecification(await ensureSpec());
  const store = Store.open(folder);
  const commits: Commit[] = [];
  const scopes = new Scopes(store, {
    accountId,
    hold: 20_000,
    objects: new ObjectFiles(join(folder, "objects")),
    now: Date.now,
    serverLogs: noServerLogs,
    upkeep: () => ({
      network: () => Promise.resolve(),
      networks: () => Promise.resolve(),
      names: async () => {},
      nudge: () => undefined,
      engineParameters: () => Promise.resolve([]),
    }),
  });
  const scope = scopes.of({ accountId, regionName: "eu-west-3" });
  const formation = furnishCloudFormation({
    providers: new Map(
      [...testProviders(script), machine(script), waitConditionHandle, waitCondition, ...s3Providers].map((provider) => [
        provider.type,
        provider,
      ]),
    ),
    specification,
    fetchTemplate,
    exists: (_scope, type, value) =>
      type === "AWS::EC2::VPC::Id" ? value === "vpc-1" : type.startsWith("AWS::EC2::Image") || undefined,
    readSecret: (_call, { secretId, jsonKey = "" }) => `${secretId} ${jsonKey}`,
    readParameter: (_call, name) => {
      if (name === "/image") return "ami-123";
      if (name === "/delay") return "7";
      throw new ServiceFault("ParameterNotFound", `Parameter ${name} not found.`);
    },
  });
  const operations = operationsOf(formation);
  const caller = { accessKeyId: "AKIA", accountId, arn: `arn:aws:iam::${accountId}:user/test`, userId: "AIDA" };
  const call = (): Call => ({
    ...scope,
    commit: (...changes) => {
      commits.push(changes);
      scope.commit(...changes);
    },
    requestId: "test",
    caller,
    holdWhile: () => Promise.resolve(),
  });
  const run = async <O>(name: string, input: object): Promise<O> => {
    const operation = operations.find((known) => known.name === name);
    if (operation === undefined) throw new Error(`no operation ${name}`);
    return (await operation.run(call(), input)) as O;
  };
  const stack = async (name = "shop"): Promise<ApiStack> => {
    const { Stacks } = await run<{ Stacks: ApiStack[] }>("DescribeStacks", { StackName: name });
    const [found] = Stacks;
    if (found === undefined) throw new Error(`no stack ${name}`);
    return found;
  };
  const bench: Bench = {
    scope,
    script,
    formation,
    served: { operations, callFor: (context) => scopes.call(context), durable: () => store.durable() },
    commits,
    run,
    stack,
    async deploy(template, input = {}) {
      const { StackId } = await run<{ StackId: string }>("CreateStack", { StackName: "shop", TemplateBody: template, ...input });
      await formation.engine.settled(StackId);
      return stack(StackId);
    },
    async events(name = "shop") {
      const { StackEvents } = await run<{ StackEvents: StackEvent[] }>("DescribeStackEvents", { StackName: name });
      return StackEvents.reverse().map((event) =>
        [event.LogicalResourceId, event.ResourceStatus, event.ResourceStatusReason]
          .filter((word) => word !== undefined)
          .join(" "),
      );
    },
    async crash() {
      const closed = formation.engine.close();
      script.release(...script.waiting);
      await closed;
      store.close();
      return openBench(folder, new Script());
    },
    async close() {
      const closed = formation.engine.close();
      script.release(...script.waiting);
      await closed;
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return bench;
}
