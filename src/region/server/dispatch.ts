import { UserFault } from "../../faults.js";
import type { Call, Caller } from "../operations/call.js";
import { NotModelled, ServiceFault } from "../operations/fault.js";
import type { Operation, ServiceName } from "../operations/operation.js";
import type { Protocol, Refusal, WireRequest, WireResponse } from "../protocol/protocol.js";
import { guessProtocol, protocols } from "../protocol/protocols.js";
import { redact } from "../protocol/redact.js";
import type { ProtocolName } from "../protocol/table.js";
import type { Wire, WireOperation } from "../protocol/wire.js";
import { authenticate, type FindCredentials } from "./authenticate.js";
import { isHostOfS3, pathStyle } from "./bucket-host.js";
import { speakerOf } from "./denials.js";
import { Idempotency } from "./idempotency.js";
import type { LogEntry } from "./log.js";
import { openPayload, readWhole } from "./payload.js";
import { Registry, unknownService, type FindWire } from "./registry.js";
import { reviewRequest } from "./review.js";
import { scopedService } from "./sigv4.js";

/** Who asks, where, and until when. `signal` aborts when the client leaves or the region stops. */
export interface CallContext {
  readonly requestId: string;
  readonly caller: Caller;
  readonly regionName: string;
  readonly signal: AbortSignal;
  readonly userAgent: string;
}

export interface DispatchOptions {
  readonly operations: Iterable<Operation>;
  readonly findCredentials: FindCredentials;
  readonly callFor: (context: CallContext) => Call;
  /** Resolves when everything committed so far is on disk. Awaited before every answer, for any of them may tell of it. */
  readonly durable: () => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly findWire: FindWire;
}

export interface Dispatched {
  readonly response: WireResponse;
  /** All but the time taken. */
  readonly entry: Omit<LogEntry, "milliseconds">;
}

/** A request and its circumstances. */
export interface Arrived {
  readonly request: WireRequest;
  readonly requestId: string;
  /** When it began to arrive, in milliseconds since the epoch. */
  readonly at: number;
  readonly sourceAddress: string | undefined;
  readonly signal: AbortSignal;
  /** The body of a request to S3, as it comes; the request's own is empty then. */
  readonly raw?: AsyncIterable<Uint8Array> | undefined;
  /** What went wrong before the request could be looked at (too large, say). */
  readonly problem?: Refusal | undefined;
}

export type Dispatch = (arrived: Arrived) => Promise<Dispatched>;

type Notes = { -readonly [K in keyof LogEntry]?: LogEntry[K] };

/** Everything between an HTTP request and its response; knows no socket. Never rejects. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const registry = new Registry(options.operations);
  const idempotency = new Idempotency();

  return async (arrived) => {
    const { request, requestId, signal, problem } = arrived;
    const notes: Notes = {};
    if (arrived.sourceAddress !== undefined) notes.sourceAddress = arrived.sourceAddress;
    const userAgent = request.headers["user-agent"];
    if (userAgent !== undefined) notes.userAgent = userAgent.slice(0, longestUserAgent);
    let wire: Wire | undefined;
    let name = guessProtocol(request, undefined);
    try {
      const service = scopedService(request) ?? (isHostOfS3(request.headers["host"] ?? "") ? "s3" : undefined);
      if (service !== undefined) notes.service = service;
      wire = service === undefined ? undefined : options.findWire(service);
      name = wire?.protocol ?? guessProtocol(request, service);
      if (problem !== undefined) throw new ServiceFault(problem.code, problem.message, problem.status);
      const response = await answer(arrived, wire, name, notes);
      return { response, entry: entryOf(arrived, notes, response.status, "OK") };
    } catch (error) {
      const refusal = signal.aborted && !(error instanceof ServiceFault) ? stopped : refusalOf(error, requestId);
      const response = protocols[name].refuse(wire, refusal, requestId);
      const unexpected = refusal.code === internalFailure ? { stack: stackOf(error) } : {};
      return {
        response,
        entry: { ...entryOf(arrived, notes, response.status, refusal.code), message: refusal.message, ...unexpected },
      };
    }
  };

  async function answer(arrived: Arrived, wire: Wire | undefined, name: ProtocolName, notes: Notes): Promise<WireResponse> {
    const { requestId, signal } = arrived;
    let { request } = arrived;
    const protocol = protocols[name];
    const speaker = speakerOf(notes.service, name);
    const bodyIsRead = arrived.raw === undefined;
    const { caller, service, regionName, payload } = authenticate(
      request,
      options.findCredentials,
      options.clock(),
      speaker,
      bodyIsRead,
    );
    notes.caller = { arn: caller.arn, accountId: caller.accountId, userId: caller.userId, accessKeyId: caller.accessKeyId };
    notes.region = regionName;
    if (wire === undefined) throw unknownService(service, protocol.nameOf(request));
    const encoding = request.headers["content-encoding"];
    // To S3 it describes the object.
    if (encoding !== undefined && encoding !== "identity" && name !== "restXml")
      throw new NotModelled(`a request whose content-encoding is ${encoding.slice(0, 60)}`, "Send it as it is.");

    if (service === "s3") request = pathStyle(request);
    const target = protocol.target(wire, request);
    notes.operation = target.operation.name;
    const operation = registry.find(service, target.operation.name);
    if (operation === undefined) throw new NotModelled(`${service}:${target.operation.name}`);

    if (arrived.raw !== undefined) {
      const body = openPayload(request, arrived.raw, payload);
      request = takesObject(target.operation)
        ? { ...request, object: body }
        : { ...request, body: await readWhole(body, largestDocument) };
    }
    const reading = readSafely(() => protocol.read(wire, target, request), protocol);
    notes.parameters = redact(target.operation.input, reading.input);
    const recorded = reviewRequest(operation, target.operation, reading);
    if (recorded.length > 0) notes.recorded = recorded.map(({ path }) => path);

    const userAgent = request.headers["user-agent"] ?? "";
    const made = options.callFor({ requestId, caller, regionName, signal, userAgent });
    const call: Call = {
      ...made,
      commit: (...changes) => {
        made.commit(...changes);
        if (changes.length > 0) notes.changed = true;
      },
    };
    // Where nothing was to be changed, what is asked for may be in the records of a request that failed, and not yet in the kernel.
    const settle = async (answered?: unknown): Promise<void> => {
      if (notes.changed === true || !mayChangeNetworks(operation, reading.input)) return;
      await made.upkeep.networks().catch((error: unknown) => {
        throw answered instanceof ServiceFault ? besides(error, answered) : error;
      });
    };
    try {
      const output = await idempotency.run(operation, target.operation, call, reading.input).catch(async (error: unknown) => {
        await settle(error);
        throw error;
      });
      await settle();
      if (notes.changed === true) notes.response = redact(target.operation.output, output ?? {});
      return protocol.answer(wire, target.operation, output, requestId);
    } finally {
      await options.durable();
    }
  }

  function entryOf({ at, requestId }: Arrived, notes: Notes, status: number, result: string): Dispatched["entry"] {
    return { time: new Date(at).toISOString(), requestId, ...notes, status, result };
  }
}

/** Bytes of a document sent to S3: ten thousand parts of an upload need a megabyte. */
const largestDocument = 2 << 20;

/** Is the body of the request an object, which may be larger than memory? */
const takesObject = ({ input }: WireOperation): boolean =>
  input.isStructSchema() && Object.values(input.getMemberSchemas()).some((member) => member.isStreaming());

const withNetworks: readonly ServiceName[] = ["ec2", "elasticloadbalancing", "rds"];

/** AWS names operations that only read so; a dry run only reads, too. */
const mayChangeNetworks = ({ service, name }: Operation, input: Record<string, unknown>): boolean =>
  withNetworks.includes(service) && input["DryRun"] !== true && !/^(Describe|Get|List|Search)/.test(name);

function besides(error: unknown, answered: ServiceFault): unknown {
  if (!(error instanceof ServiceFault)) return error;
  const { code, message, status } = error;
  const fault = new ServiceFault(
    code,
    `${message} The request itself would be answered ${answered.code}: ${answered.message}`,
    status,
  );
  fault.cause = error;
  return fault;
}

/** What a client can send must not look like our own mistake: a document nested a million deep overflows the reader's stack. */
function readSafely<T>(read: () => T, protocol: Protocol): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new ServiceFault(protocol.malformed, "The request is nested too deeply.");
    throw error;
  }
}

function refusalOf(error: unknown, requestId: string): Refusal {
  if (error instanceof ServiceFault)
    return { code: error.code, message: error.message, status: error.status, detail: error.detail, headers: error.headers };
  // Something that the person can put right (a full disk): said as it is, and not as a 5xx, which clients would repeat for a minute.
  if (error instanceof UserFault) return { code: error.code, message: `${error.message}. To go on: ${error.fix}.`, status: 400 };
  const message = `Sandtable failed inside; this is a bug. Its log has the details under the request id ${requestId}.`;
  return { code: internalFailure, message, status: 500 };
}

const internalFailure = "InternalFailure";

/** Clients of ours and of AWS stay far below; it is the client's text, in our log. */
const longestUserAgent = 1024;

/** What a held handler throws when it is released is no failure. */
const stopped: Refusal = { code: "ServiceUnavailable", message: "The region is stopping.", status: 503 };

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
