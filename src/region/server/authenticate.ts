import type { Caller } from "../operations/call.js";
import { NotModelled, type ServiceFault } from "../operations/fault.js";
import type { WireRequest } from "../protocol/protocol.js";
import { denied, type Denial } from "./denials.js";
import {
  canonicalRequest,
  expectedSignature,
  Incomplete,
  readSignature,
  sameText,
  sha256,
  timeOf,
  type Signed,
} from "./sigv4.js";

/** An access key that may sign requests. */
export interface Credentials {
  readonly secretAccessKey: string;
  /** Temporary credentials only. */
  readonly sessionToken?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  readonly caller: Caller;
}

export type FindCredentials = (accessKeyId: string) => Credentials | undefined;

export interface Authenticated {
  readonly caller: Caller;
  readonly service: string;
  readonly regionName: string;
}

const widestSkew = 15 * 60_000;

/** Who signed this request, for which service and region. @throws ServiceFault in the service's words */
export function authenticate(request: WireRequest, find: FindCredentials, now: number): Authenticated {
  const signed = read(request);
  const { service, region } = signed.scope;
  const deny = (denial: Denial, message?: string): ServiceFault => denied(service, denial, message);

  const unsigned = ["host", "x-amz-date", "x-amz-target"].find(
    (name) => (name === "host" || name in request.headers) && !signed.signedHeaders.includes(name),
  );
  if (unsigned !== undefined) throw deny("incomplete", `'${unsigned}' must be one of the SignedHeaders.`);
  if (signed.timestamp.slice(0, 8) !== signed.scope.date)
    throw deny(
      "wrongSignature",
      `The date of the credential scope, ${signed.scope.date}, is not that of the request, ${signed.timestamp}.`,
    );
  if (isStale(signed, now)) throw deny("stale");

  const credentials = find(signed.accessKeyId);
  if (credentials === undefined) throw deny("unknownKey");
  const payload = payloadHash(request, signed);
  const expected = expectedSignature(canonicalRequest(request, signed, payload), signed, credentials.secretAccessKey);
  if (!sameText(expected, signed.signature)) throw deny("wrongSignature");
  if (!sameText(credentials.sessionToken ?? "", signed.sessionToken ?? "")) throw deny("wrongToken");
  if (credentials.expiresAt !== undefined && credentials.expiresAt <= now) throw deny("expiredToken");
  return { caller: credentials.caller, service, regionName: region };
}

function read(request: WireRequest): Signed {
  let signed: Signed | undefined;
  try {
    signed = readSignature(request);
  } catch (error) {
    if (error instanceof Incomplete) throw denied(undefined, "incomplete", error.message);
    throw error;
  }
  if (signed === undefined) throw denied(undefined, "missing");
  return signed;
}

function isStale(signed: Signed, now: number): boolean {
  const age = now - timeOf(signed.timestamp);
  const oldest = signed.expires === undefined ? widestSkew : signed.expires * 1000;
  // Written this way round so that a time which is not a number is stale.
  return !(age <= oldest && age >= -widestSkew);
}

function payloadHash(request: WireRequest, signed: Signed): string {
  const claimed = request.headers["x-amz-content-sha256"];
  const isS3 = signed.scope.service === "s3";
  if (claimed === undefined && isS3 && signed.expires !== undefined) return "UNSIGNED-PAYLOAD";
  if (claimed !== undefined && !/^[0-9a-f]{64}$/.test(claimed))
    throw new NotModelled(`the payload signature ${claimed.slice(0, 60)}`, "Sign the whole body.");
  const actual = sha256(request.body);
  if (claimed !== undefined && claimed !== actual) throw denied(signed.scope.service, "wrongPayload");
  return actual;
}
