import type { Refusal } from "./protocol.js";
import type { Wire, WireError } from "./wire.js";

/** A refusal with what the service's model says of its code. */
export interface Fault extends Refusal {
  readonly modelled: WireError | undefined;
  /** AWS's word for whose fault it is. */
  readonly type: "Sender" | "Receiver";
}

/**
 * Look the code up among the service's modelled errors (by shape name or by the query code); where it is modelled, AWS's
 * own status wins over the handler's.
 */
export function faultOf(wire: Wire | undefined, refusal: Refusal, form: "query" | "other"): Fault {
  const modelled = wire?.error(refusal.code);
  const status = (form === "query" ? modelled?.queryStatus : modelled?.status) ?? refusal.status;
  return { ...refusal, status, modelled, type: status >= 500 ? "Receiver" : "Sender" };
}

/** The members of the error's own shape, `message` among them. */
export function errorMembers(fault: Fault): Record<string, unknown> {
  if (fault.modelled === undefined) return { message: fault.message, ...fault.detail };
  // Services differ: `message` here, `Message` there.
  const name = Object.keys(fault.modelled.schema.getMemberSchemas()).find((member) => member.toLowerCase() === "message");
  return { [name ?? "message"]: fault.message, ...fault.detail };
}
