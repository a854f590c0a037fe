import { XmlShapeSerializer } from "@aws-sdk/core/protocols";
import { ServiceFault } from "../operations/fault.js";
import { faultOf } from "./errors.js";
import type { OutgoingBody, Protocol, WireResponse } from "./protocol.js";
import { writeBindings } from "./rest-bindings.js";
import { readRest } from "./rest-read.js";
import { restTarget } from "./rest-route.js";
import { timestampFormat } from "./settings.js";
import type { WireOperation } from "./wire.js";
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
    let text: WireResponse["body"] = "";
    const serializer = new XmlShapeSerializer(xmlSettings(wire.xmlNamespace ?? "", true));
    if (payload !== undefined) {
      if (isOutgoing(payload[1])) text = payload[1];
      else if (payload[1] !== undefined && payload[1] !== null) {
        serializer.write(payload[0], payload[1]);
        text = serializer.flush();
      }
    } else if (unwrapped(operation) !== undefined) {
      const name = unwrapped(operation)!;
      text = xmlDeclaration + element(name, escaped(body[name]), wire.xmlNamespace);
    } else if (hasBody) {
      serializer.write(operation.output, body);
      text = xmlDeclaration + serializer.flush().toString();
    }
    const plain = payload !== undefined && !payload[0].isStructSchema();
    return {
      status: status ?? operation.http?.[2] ?? 200,
      headers: {
        ...(!plain && !isOutgoing(text) && text.length > 0 ? { "content-type": "application/xml" } : {}),
        ...headers,
        ...requestIds(wire.service, requestId),
      },
      body: text,
    };
  },

  refuse(wire, refusal, requestId) {
    const fault = faultOf(wire, refusal, "other");
    const detail =
      wire?.service === "s3"
        ? // Its errors tell more than its model knows of (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
          Object.entries(fault.detail ?? {})
            .map(([name, value]) => textElement(name, String(value)))
            .join("")
        : fault.modelled !== undefined && fault.detail !== undefined
          ? membersAsXml(fault.modelled.schema, fault.detail)
          : "";
    const inner = textElement("Code", fault.code) + textElement("Message", fault.message) + detail;
    const id = textElement("RequestId", requestId);
    // S3 has no element around its errors; the others have.
    const body =
      wire?.service === "s3"
        ? element("Error", inner + id)
        : element("ErrorResponse", element("Error", textElement("Type", fault.type) + inner) + id, wire?.xmlNamespace);
    return {
      status: fault.status,
      headers: { "content-type": "application/xml", ...fault.headers, ...requestIds(wire?.service, requestId) },
      body: xmlDeclaration + body,
    };
  },
};

const isOutgoing = (value: unknown): value is OutgoingBody =>
  typeof value === "object" && value !== null && "read" in value && !(value instanceof Uint8Array);

/** A structure whose element has the name of its only member is that element: `GetBucketLocation` answers so, and nothing else does. */
function unwrapped({ output }: WireOperation): string | undefined {
  if (!output.isStructSchema()) return undefined;
  const names = Object.keys(output.getMemberSchemas());
  return names.length === 1 && output.getMergedTraits().xmlName === names[0] ? names[0] : undefined;
}

/** The text of an element with its special characters written out. */
const escaped = (value: unknown): string =>
  value === undefined || value === null ? "" : textElement("T", String(value)).replace(/^<T>|<\/T>$/g, "");

const requestIds = (service: string | undefined, requestId: string): Record<string, string> =>
  service === "s3" ? { "x-amz-request-id": requestId, "x-amz-id-2": requestId } : { "x-amzn-requestid": requestId };
