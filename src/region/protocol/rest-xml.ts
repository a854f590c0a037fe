import { XmlShapeSerializer } from "@aws-sdk/core/protocols";
import { ServiceFault } from "../operations/fault.js";
import { faultOf } from "./errors.js";
import type { Protocol } from "./protocol.js";
import { writeBindings } from "./rest-bindings.js";
import { readRest } from "./rest-read.js";
import { restTarget } from "./rest-route.js";
import { timestampFormat } from "./settings.js";
import { element, membersAsXml, textElement, xmlDeclaration, xmlSettings } from "./xml.js";
import { readXml } from "./xml-reader.js";

/** restXml (S3): https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html */
export const restXml: Protocol = {
  malformed: "MalformedXML",

  target(wire, request) {
    const target = restTarget(wire, request);
    if (target === undefined)
      throw new ServiceFault(
        "MethodNotAllowed",
        `${request.method} ${request.path} is not an operation of ${wire.service}.`,
        405,
      );
    return target;
  },

  nameOf: (request) => `${request.method} ${request.path}`,

  read: (_wire, target, request) =>
    readRest(target, request, { format: timestampFormat.iso, misfit: "MalformedXML", document: readXml }),

  answer(wire, operation, output, requestId) {
    const { headers, body, hasBody, status, payload } = writeBindings(
      operation.output,
      (output ?? {}) as Record<string, unknown>,
      timestampFormat.iso,
    );
    let text: string | Uint8Array = "";
    const serializer = new XmlShapeSerializer(xmlSettings(wire.xmlNamespace ?? "", true));
    if (payload !== undefined) {
      if (payload[1] !== undefined && payload[1] !== null) {
        serializer.write(payload[0], payload[1]);
        text = serializer.flush();
      }
    } else if (hasBody) {
      serializer.write(operation.output, body);
      text = xmlDeclaration + serializer.flush().toString();
    }
    const plain = payload !== undefined && !payload[0].isStructSchema();
    return {
      status: status ?? operation.http?.[2] ?? 200,
      headers: {
        ...(text.length > 0 && !plain ? { "content-type": "application/xml" } : {}),
        ...headers,
        ...requestIds(wire.service, requestId),
      },
      body: text,
    };
  },

  refuse(wire, refusal, requestId) {
    const fault = faultOf(wire, refusal, "other");
    const detail =
      fault.modelled !== undefined && fault.detail !== undefined ? membersAsXml(fault.modelled.schema, fault.detail) : "";
    const inner = textElement("Code", fault.code) + textElement("Message", fault.message) + detail;
    const id = textElement("RequestId", requestId);
    // S3 has no element around its errors; the others have.
    const body =
      wire?.service === "s3"
        ? element("Error", inner + id)
        : element("ErrorResponse", element("Error", textElement("Type", fault.type) + inner) + id, wire?.xmlNamespace);
    return {
      status: fault.status,
      headers: { "content-type": "application/xml", ...requestIds(wire?.service, requestId) },
      body: xmlDeclaration + body,
    };
  },
};

const requestIds = (service: string | undefined, requestId: string): Record<string, string> =>
  service === "s3" ? { "x-amz-request-id": requestId, "x-amz-id-2": requestId } : { "x-amzn-requestid": requestId };
