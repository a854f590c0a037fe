/**
 * Idempotency tokens (`ClientToken` and the like), once for every operation whose schema has one: a request that comes again
 * with the same token gets the first answer, also after a restart, and creates nothing. The SDK and the CLI send one by
 * themselves and keep it through their retries.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 *
 * The first commit of such a request carries a note that it has begun, in the same line of the journal, and the answer replaces the
 * note. When the region is killed between the two, or the request fails after it has made something, what it made is there and was
 * never acknowledged: its retry makes nothing a second time, and is told what there is.
 */
import { createHash } from "node:crypto";
import type { Call } from "../operations/call.js";
import { ServiceFault } from "../operations/fault.js";
import type { Operation } from "../operations/operation.js";
import { readJson, writeJson } from "../protocol/json.js";
import type { WireOperation } from "../protocol/wire.js";
import { put, recordType, remove, type Change } from "../records/records.js";

interface Answered {
  readonly key: string;
  /** Of the parameters without the token. */
  readonly fingerprint: string;
  /** The output as JSON in the wire's terms; missing while the request is under way. */
  readonly output?: string;
  /** While it is under way, and after it failed: the records it has put, as `TYPE ID`. */
  readonly made?: readonly string[];
  /** Why it failed when it had put them. */
  readonly failed?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const answered = recordType<Answered>("region:AnsweredRequest", { sealed: ["output", "fingerprint"] });

/** How long a token is remembered; AWS says at least 24 hours for RunInstances. */
const memory = 24 * 3_600_000;

const dialect = { jsonName: false };

/**
 * The member that is the token: the schema says so, but for some of EC2's older operations (CreateVpcEndpoint), where only its name
 * does. Elsewhere the name alone means nothing: CloudFormation's CreateChangeSet takes a `ClientToken` that its change set keeps.
 */
export function tokenMember(wire: WireOperation): string | undefined {
  if (!wire.input.isStructSchema()) return undefined;
  const members = [...wire.input.structIterator()];
  const [marked] = members.find(([, member]) => member.isIdempotencyToken()) ?? [];
  if (marked !== undefined || !wire.input.getName(true)?.startsWith("com.amazonaws.ec2#")) return marked;
  return members.find(([name]) => name === "ClientToken")?.[0];
}

export class Idempotency {
  /** What is being answered at this moment, for a retry that comes before the first is done. */
  private readonly running = new Map<string, { fingerprint: string; output: Promise<unknown> }>();

  /** `operation.run`, or the answer that the same request got before. @throws ServiceFault IdempotentParameterMismatch */
  async run(operation: Operation, wire: WireOperation, call: Call, input: Record<string, unknown>): Promise<unknown> {
    const member = tokenMember(wire);
    // An operation with a rule for it does something else with it: Secrets Manager's tokens are the ids of versions.
    const token = member === undefined || Object.hasOwn(operation.members, member) ? undefined : input[member];
    if (typeof token !== "string" || token === "") return operation.run(call, input);
    const key = `${operation.service}:${operation.name}:${token}`;
    const place = `${call.accountId}:${call.regionName}:${key}`;
    const fingerprint = createHash("sha256")
      .update(JSON.stringify({ ...input, [member!]: undefined }))
      .digest("hex");

    const now = this.running.get(place);
    if (now !== undefined) return sameRequest(now.fingerprint, fingerprint, token, () => now.output);
    const before = call.records.get(answered, key);
    if (before !== undefined && call.now() - before.at < memory)
      return sameRequest(before.fingerprint, fingerprint, token, () => {
        if (before.output === undefined) throw interrupted(token, before);
        return readJson(wire.output, JSON.parse(before.output), dialect, []);
      });

    const puts: Change[] = [];
    const made = (): string[] => puts.map(({ type, id }) => `${type.name} ${id}`);
    const noting: Call = {
      ...call,
      commit: (...changes) => {
        if (changes.length === 0) return;
        puts.push(...changes.filter((change) => change.do === "put"));
        call.commit(...changes, put(answered, key, { key, fingerprint, made: made(), at: call.now() }));
      },
    };
    // Started inside a promise, so that a handler that throws at once leaves nothing behind either.
    const output = Promise.resolve().then(() => operation.run(noting, input));
    this.running.set(place, { fingerprint, output });
    try {
      const value = await output;
      remember(call, { key, fingerprint, output: writeJson(wire.output, value ?? {}, dialect), at: call.now() });
      return value;
    } catch (error) {
      // That it cannot be written is no news by now.
      attempt(() => {
        if (call.records.get(answered, key)?.made === undefined) return;
        // What it made is there (unless it took it back): a retry must not make it twice.
        const kept = puts.some(({ type, id }) => call.records.get(type, id) !== undefined);
        const failed = error instanceof Error ? error.message : String(error);
        call.commit(
          kept ? put(answered, key, { key, fingerprint, made: made(), failed, at: call.now() }) : remove(answered, key),
        );
      });
      throw error;
    } finally {
      this.running.delete(place);
    }
  }
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // The first error is the one to tell.
  }
}

function interrupted(token: string, { made = [], failed }: Answered): ServiceFault {
  const what = `The request with the client token ${token}`;
  const there = `after it had made ${made.join(", ")}`;
  return new ServiceFault(
    "RequestInterrupted",
    (failed === undefined
      ? `${what} was under way when the region was killed, ${there}. `
      : `${what} failed ${there}: ${failed.replace(/[.\s]+$/, "")}. `) +
      "That is there, and nothing was made twice: look at it with a Describe. Use a new token for a new request.",
    409,
  );
}

function sameRequest<T>(known: string, asked: string, token: string, answer: () => T): T {
  if (known !== asked)
    throw new ServiceFault(
      "IdempotentParameterMismatch",
      `The client token ${token} was used before with other parameters. Use a new token for a new request.`,
    );
  return answer();
}

function remember(call: Call, answer: Answered): void {
  const old = call.records.list(answered).filter(({ at }) => answer.at - at >= memory);
  call.commit(...old.map(({ key }) => remove(answered, key)), put(answered, answer.key, answer));
}
