import { ServiceFault } from "../operations/fault.js";
import { errorMembers, faultOf } from "./errors.js";
import { parseJson, readJson, writeJson } from "./json.js";
import type { Protocol } from "./protocol.js";
import { writeBindings } from "./rest-bindings.js";
import { readRest } from "./rest-read.js";
import { restTarget } from "./rest-route.js";
import { timestampFormat } from "./settings.js";

const dialect = { jsonName: true };

/** restJson1 (AWS Backup, Lambda, EKS): https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
export const restJson: Protocol = {
  malformed: "SerializationException",

  target(wire, request) {
    const target = restTarget(wire, request);
    if (target === undefined)
      throw new ServiceFault(
        "UnknownOperationException",
        `${request.method} ${request.path} is not an operation of ${wire.service}.`,
        404,
      );
    return target;
  },

  nameOf: (request) => `${request.method} ${request.path}`,

  read: (_wire, target, request) =>
    readRest(target, request, {
      format: timestampFormat.epoch,
      misfit: "SerializationException",
      document: (schema, body, unknown) => readJson(schema, parseJson(body), dialect, unknown),
    }),

  answer(_wire, operation, output, requestId) {
    const { headers, body, hasBody, status, payload } = writeBindings(
      operation.output,
      (output ?? {}) as Record<string, unknown>,
      timestampFormat.epoch,
    );
    let text: string | Uint8Array = hasBody ? writeJson(operation.output, body, dialect) : "{}";
    if (payload !== undefined) {
      const [member, value] = payload;
      if (value === undefined || value === null) text = "";
      else
        text =
          member.isBlobSchema() || member.isStringSchema() ? (value as string | Uint8Array) : writeJson(member, value, dialect);
    }
    return {
      status: status ?? operation.http?.[2] ?? 200,
      headers: { "content-type": "application/json", ...headers, "x-amzn-requestid": requestId },
      body: text,
    };
  },

  refuse(wire, refusal, requestId) {
    const fault = faultOf(wire, refusal, "other");
    const members = errorMembers(fault);
    const code = fault.modelled?.name ?? fault.code;
    return {
      status: fault.status,
      headers: { "content-type": "application/json", "x-amzn-errortype": code, "x-amzn-requestid": requestId },
      body: fault.modelled === undefined ? JSON.stringify(members) : writeJson(fault.modelled.schema, members, dialect),
    };
  },
};
