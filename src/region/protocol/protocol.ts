import type { Wire, WireOperation } from "./wire.js";

/** The body of a request that is read while it is worked on: an object's. */
export interface IncomingBody {
  /** Bytes, as the request announces them; undefined: it does not. */
  readonly length: number | undefined;
  /** Piece by piece, once. @throws ServiceFault when it is not what was signed, or ends early */
  read(): AsyncIterable<Uint8Array>;
  /** Names of the headers that follow the body, in lower case. */
  readonly announced?: readonly string[];
  /** What followed the body, names in lower case; whole once the body was read to its end. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** A body that is sent while it is read. */
export interface OutgoingBody {
  /** Bytes. */
  readonly length: number;
  read(): AsyncIterable<Uint8Array>;
}

/** An HTTP request as it came, after its body was read. */
export interface WireRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  /** Still percent-encoded, without the question mark. */
  readonly query: string;
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: { readonly [name: string]: string | undefined };
  /** Empty where there is an `object`. */
  readonly body: Uint8Array;
  /** The body, not read yet, of a request for an operation that takes an object. */
  readonly object?: IncomingBody | undefined;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | Uint8Array | OutgoingBody;
}

/** The operation a request asks for, and the labels found in its path (REST only; decoded). */
export interface Target {
  readonly operation: WireOperation;
  readonly labels: ReadonlyMap<string, string>;
}

export interface Reading {
  readonly input: Record<string, unknown>;
  /** Names that the client sent and that the service's schema does not have, as they were on the wire. */
  readonly unknown: readonly string[];
}

/** What is wrong, before it has the form of a protocol. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  /** Further members of the service's error shape. */
  readonly detail?: { readonly [member: string]: unknown } | undefined;
  /** Headers that the answer has besides. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * One of AWS's wire protocols, from the server's side. Everything is driven by the schemas; no operation is known here.
 * `target` and `read` throw `ServiceFault` in the protocol's own terms.
 */
export interface Protocol {
  target(wire: Wire, request: WireRequest): Target;
  /** What the client calls the operation, when the service is not known. */
  nameOf(request: WireRequest): string | undefined;
  read(wire: Wire, target: Target, request: WireRequest): Reading;
  answer(wire: Wire, operation: WireOperation, output: unknown, requestId: string): WireResponse;
  /** `wire` is missing when the request is for a service that is not modelled. */
  refuse(wire: Wire | undefined, refusal: Refusal, requestId: string): WireResponse;
  /** The code of a request that cannot be read at all. */
  readonly malformed: string;
}
