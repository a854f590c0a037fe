import type { NormalizedSchema } from "@smithy/core/schema";
import { ServiceFault } from "../operations/fault.js";
import type { Reading, Target, WireRequest } from "./protocol.js";
import { readBindings, type TimestampFormat } from "./rest-bindings.js";
import { Misfit } from "./scalars.js";

/** What restXml and restJson1 do not share. */
export interface RestDialect {
  readonly format: TimestampFormat;
  /** The code for a value that does not fit its schema. */
  readonly misfit: string;
  document(schema: NormalizedSchema, body: Uint8Array, unknown: string[]): unknown;
}

export function readRest(target: Target, request: WireRequest, dialect: RestDialect): Reading {
  try {
    const { input, payload, body, unknown } = readBindings(target, request, dialect.format);
    const others = [...unknown];
    if (payload !== undefined) {
      const [name, member] = payload;
      if (member.isBlobSchema()) input[name] = request.object ?? request.body;
      else if (member.isStringSchema()) input[name] = new TextDecoder().decode(request.body);
      else if (request.body.length > 0) input[name] = dialect.document(member, request.body, others);
    } else if (body.size > 0 && request.body.length > 0) {
      const document = dialect.document(target.operation.input, request.body, others) ?? {};
      for (const [name, value] of Object.entries(document))
        if (body.has(name)) input[name] = value;
        else others.push(name);
    }
    return { input, unknown: others };
  } catch (error) {
    if (error instanceof Misfit) throw new ServiceFault(dialect.misfit, error.message);
    throw error;
  }
}
