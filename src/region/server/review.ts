import { NotModelled, ServiceFault } from "../operations/fault.js";
import { reviewMembers, type MemberNote } from "../operations/members.js";
import type { Operation } from "../operations/operation.js";
import type { Reading } from "../protocol/protocol.js";
import type { WireOperation } from "../protocol/wire.js";
import { tokenMember } from "./idempotency.js";

/**
 * Hold what was sent against what the operation understands; everything that is not understood is named at once.
 * @returns what is only recorded.
 * @throws ServiceFault UnknownParameter (AWS has no such member) or NotImplemented (we do not model it)
 */
export function reviewRequest(operation: Operation, wire: WireOperation, reading: Reading): readonly MemberNote[] {
  const token = tokenMember(wire);
  // The server itself sees to idempotency tokens.
  const input = token === undefined || Object.hasOwn(operation.members, token) ? reading.input : without(reading.input, token);
  const { refused, recorded } = reviewMembers(input, operation.members);
  const name = `${operation.service}:${operation.name}`;
  if (refused.length > 0) {
    const all = [...refused, ...reading.unknown.map((path) => ({ path, because: "AWS has no such parameter" }))];
    throw new NotModelled(`this use of ${name}: ${all.map(({ path, because }) => `${path} (${because})`).join("; ")}`);
  }
  if (reading.unknown.length > 0)
    throw new ServiceFault(
      "UnknownParameter",
      `${name} has no parameter ${reading.unknown.join(", ")}. Check the spelling and the client's version.`,
    );
  return [...recorded, ...(operation.notes?.(input) ?? [])];
}

const without = (input: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([member]) => member !== name));
