import { ServiceFault } from "../operations/fault.js";
import { errorMembers, faultOf } from "./errors.js";
import { parseJson, readJson, writeJson } from "./json.js";
import type { Protocol, WireRequest } from "./protocol.js";
import { Misfit } from "./scalars.js";

/** awsJson1_0 and awsJson1_1 (Systems Manager): https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
const awsJson = (version: "1.0" | "1.1"): Protocol => {
  const contentType = `application/x-amz-json-${version}`;
  const dialect = { jsonName: false };
  return {
    malformed: "SerializationException",

    target(wire, request) {
      const [prefix, name = ""] = split(request);
      const operation = prefix === wire.target && request.method === "POST" ? wire.operation(name) : undefined;
      if (operation === undefined)
        throw new ServiceFault(
          "UnknownOperationException",
          `${request.method} ${request.headers["x-amz-target"] ?? "without X-Amz-Target"} is not an operation of ${wire.target}.`,
        );
      return { operation, labels: new Map() };
    },

    nameOf: (request) => split(request)[1],

    read(_wire, target, request) {
      const unknown: string[] = [];
      try {
        const document = request.body.length === 0 ? {} : parseJson(request.body);
        const input = readJson(target.operation.input, document ?? {}, dialect, unknown) as Record<string, unknown>;
        return { input: target.operation.input.isUnitSchema() ? {} : input, unknown };
      } catch (error) {
        if (error instanceof Misfit) throw new ServiceFault("SerializationException", error.message);
        throw error;
      }
    },

    answer(_wire, operation, output, requestId) {
      const body = operation.output.isStructSchema() ? writeJson(operation.output, output ?? {}, dialect) : "{}";
      return { status: 200, headers: { "content-type": contentType, "x-amzn-requestid": requestId }, body };
    },

    refuse(wire, refusal, requestId) {
      const fault = faultOf(wire, refusal, "other");
      const members = errorMembers(fault);
      const document =
        fault.modelled === undefined ? members : (JSON.parse(writeJson(fault.modelled.schema, members, dialect)) as object);
      const headers: Record<string, string> = { "content-type": contentType, "x-amzn-requestid": requestId };
      if (wire?.queryCompatible && fault.modelled !== undefined)
        headers["x-amzn-query-error"] = `${fault.modelled.queryCode};${fault.type}`;
      return { status: fault.status, headers, body: JSON.stringify({ __type: fault.modelled?.name ?? fault.code, ...document }) };
    },
  };
};

export const awsJson10 = awsJson("1.0");
export const awsJson11 = awsJson("1.1");

function split(request: WireRequest): readonly [prefix: string | undefined, name: string | undefined] {
  const target = request.headers["x-amz-target"];
  const dot = target?.lastIndexOf(".") ?? -1;
  return target === undefined || dot < 0 ? [undefined, target] : [target.slice(0, dot), target.slice(dot + 1)];
}
