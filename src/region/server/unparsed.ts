import { STATUS_CODES } from "node:http";
import type { Refusal, WireRequest, WireResponse } from "../protocol/protocol.js";
import { guessProtocol, protocols } from "../protocol/protocols.js";
import type { FindWire } from "./registry.js";
import { scopedService } from "./sigv4.js";

/**
 * What is not HTTP, or not in time, is answered too: in the form of the protocol that its first lines look like, with a request id.
 * Codes: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
export function refusalOfBytes(error: { readonly code?: string | undefined; readonly message: string }): Refusal {
  switch (error.code) {
    case "HPE_HEADER_OVERFLOW":
      return tooLargeHead;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { code: "RequestTimeoutException", message: "The request did not arrive in time.", status: 408 };
    default:
      // Node's words for what it could not read, e.g. `Parse Error: Invalid method encountered`.
      return malformedHttp(`The request is not well-formed HTTP (${error.message.replace(/^Parse Error: /, "")}).`);
  }
}

export const malformedHttp = (message: string, status = 400): Refusal => ({
  code: "MalformedHttpRequestException",
  message,
  status,
});

const tooLargeHead: Refusal = {
  code: "RequestHeaderSectionTooLarge",
  message: "The request's first line and headers are larger than the 32 KiB that are read.",
  status: 431,
};

/** The whole response as it goes over the connection, which is closed after it. */
export function answerBytes(request: WireRequest, refusal: Refusal, requestId: string, at: number, findWire: FindWire): string {
  const { status, headers, body } = refuse(request, refusal, requestId, findWire);
  // An error is a document, never an object.
  const text = typeof body === "string" ? body : body instanceof Uint8Array ? Buffer.from(body).toString("utf8") : "";
  const lines = Object.entries({
    ...headers,
    "content-length": String(Buffer.byteLength(text)),
    date: new Date(at).toUTCString(),
    connection: "close",
  });
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${text}`;
}

function refuse(request: WireRequest, refusal: Refusal, requestId: string, findWire: FindWire): WireResponse {
  const service = scopedService(request);
  const wire = service === undefined ? undefined : findWire(service);
  // The status is ours: a service's own error of that name, if there is one, is about something else.
  const response = protocols[wire?.protocol ?? guessProtocol(request, service)].refuse(wire, refusal, requestId);
  return { ...response, status: refusal.status };
}

/** What can be told of the first lines, however broken. */
export function guessHead(raw: Uint8Array | undefined): WireRequest {
  const text =
    raw === undefined ? "" : Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.length, 32 << 10)).toString("latin1");
  const [head = "", ...body] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const [method = "", url = "/"] = first.split(" ");
  const question = url.indexOf("?");
  return {
    method,
    path: question < 0 ? url : url.slice(0, question),
    query: question < 0 ? "" : url.slice(question + 1),
    headers,
    body: Buffer.from(body.join("\r\n\r\n"), "latin1"),
  };
}
