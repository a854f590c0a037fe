import { ObjectFiles } from "../../../src/parts/objects/objectfiles.js";
import type { Call, Caller } from "../../../src/region/operations/call.js";
import { enforced, type MemberRules } from "../../../src/region/operations/members.js";
import type { Operation, ServiceName } from "../../../src/region/operations/operation.js";
import type { IncomingBody } from "../../../src/region/protocol/protocol.js";
import type { Wire } from "../../../src/region/protocol/wire.js";
import type { Change, RecordType } from "../../../src/region/records/records.js";
import type { CallContext } from "../../../src/region/server/dispatch.js";
import type { LogEntry } from "../../../src/region/server/log.js";
import { startServer, type RunningServer, type ServerOptions } from "../../../src/region/server/server.js";
import { noServerLogs } from "../../support/records.js";

export const accessKeyId = "AKIASANDTABLE0000000";
export const secretAccessKey = "secret/+of the test";
export const accountId = "000000000000";
export const credentials = { accessKeyId, secretAccessKey };

export const caller: Caller = {
  accessKeyId,
  accountId,
  arn: `arn:aws:iam::${accountId}:user/sandtable`,
  userId: "AIDASANDTABLE",
};

export interface Harness extends RunningServer, AsyncDisposable {
  readonly endpoint: string;
  readonly log: readonly LogEntry[];
  /** What the SDK's clients want to be made with. */
  readonly client: {
    endpoint: string;
    region: string;
    credentials: typeof credentials;
    maxAttempts: number;
  };
}

/** A real server on a free port, with operations of the test's own. */
export async function startHarness(options: Partial<ServerOptions> = {}): Promise<Harness> {
  const log: LogEntry[] = [];
  const call = memoryCalls(options.clock ?? Date.now);
  const server = await startServer({
    port: 0,
    operations: [],
    findCredentials: (key) => (key === accessKeyId ? { secretAccessKey, caller } : undefined),
    callFor: call,
    durable: async () => {},
    log: (entry) => log.push(entry),
    clock: Date.now,
    ...options,
  });
  const endpoint = `http://127.0.0.1:${server.port}`;
  return {
    ...server,
    endpoint,
    log,
    client: { endpoint, region: "eu-west-3", credentials, maxAttempts: 1 },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Calls on records kept in memory; nothing of the network or the hosts. */
export function memoryCalls(now: () => number): (context: CallContext) => Call {
  const tables = new Map<string, Map<string, object>>();
  const table = (type: RecordType<object>): Map<string, object> => {
    const known = tables.get(type.name) ?? new Map<string, object>();
    tables.set(type.name, known);
    return known;
  };
  const apply = (change: Change): void => {
    if (change.do === "put") table(change.type).set(change.id, change.value);
    else table(change.type).delete(change.id);
  };
  return (context) => ({
    ...context,
    accountId,
    records: {
      get: <T extends object>(type: RecordType<T>, id: string) => table(type).get(id) as T | undefined,
      list: <T extends object>(type: RecordType<T>) => [...table(type).values()] as T[],
    },
    commit: (...changes) => changes.forEach(apply),
    now,
    objects: new ObjectFiles("/nonexistent"),
    serverLogs: noServerLogs,
    upkeep: {
      network: async () => {},
      networks: async () => {},
      names: async () => {},
      nudge: () => {},
      engineParameters: async () => [],
    },
    until: async () => {},
    holdWhile: async () => {},
  });
}

/** An operation of the test's own. `members` may be names only: all of them enforced. */
export function fake(
  service: string,
  name: string,
  members: readonly string[] | MemberRules,
  run: (call: Call, input: Record<string, unknown>) => unknown,
): Operation {
  const rules = isNames(members) ? Object.fromEntries(members.map((member) => [member, enforced])) : members;
  return {
    service: service as ServiceName,
    name,
    members: rules,
    run: (call, input) => run(call, input as Record<string, unknown>),
  };
}

const isNames = (members: readonly string[] | MemberRules): members is readonly string[] => Array.isArray(members);

/** Every operation of a service, each understanding every member that its schema has. */
export function everyOperation(wire: Wire, run: (name: string, input: Record<string, unknown>) => unknown): readonly Operation[] {
  return wire.operationNames().map((name) => {
    const { input } = wire.operation(name)!;
    const members = input.isStructSchema() ? [...input.structIterator()].map(([member]) => member) : [];
    return fake(wire.service, name, members, async (_call, sent) => run(name, await withBytes(sent)));
  });
}

/** The same with a body that comes while it is worked on as its bytes. */
async function withBytes(input: Record<string, unknown>): Promise<Record<string, unknown>> {
  const read = async ([name, value]: [string, unknown]): Promise<[string, unknown]> => {
    if (typeof value !== "object" || value === null || !("read" in value)) return [name, value];
    const pieces: Uint8Array[] = [];
    for await (const piece of (value as IncomingBody).read()) pieces.push(piece);
    return [name, new Uint8Array(Buffer.concat(pieces))];
  };
  return Object.fromEntries(await Promise.all(Object.entries(input).map(read)));
}
