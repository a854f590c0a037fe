import type { Caller } from "../operations/call.js";
import { NotModelled, ServiceFault } from "../operations/fault.js";
import type { WireRequest } from "../protocol/protocol.js";
import { denied, tellsTimes, type Denial, type Speaker } from "./denials.js";
import { checkClaim, isHash, type SignedPayload } from "./payload.js";
import {
  algorithm,
  canonicalRequest,
  expectedSignature,
  Incomplete,
  readSignature,
  sameText,
  sha256,
  signText,
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
  /** What was signed of the body; whoever reads a body that is not read yet checks it against this. */
  readonly payload: SignedPayload;
  readonly caller: Caller;
  readonly service: string;
  readonly regionName: string;
}

const widestSkew = 15 * 60_000;

/**
 * Who signed this request, for which service and region. `bodyIsRead` says that `request.body` is the body; else what is signed of it
 * is taken for true until it is read. @throws ServiceFault in the speaker's words
 */
export function authenticate(
  request: WireRequest,
  find: FindCredentials,
  now: number,
  speaker: Speaker,
  bodyIsRead = true,
): Authenticated {
  const deny = (denial: Denial, message?: string): ServiceFault => denied(speaker, denial, message);
  const signed = read(request, deny);
  const { service, region } = signed.scope;

  const unsigned = ["host", "x-amz-date", "x-amz-target"].find(
    (name) => (name === "host" || name in request.headers) && !signed.signedHeaders.includes(name),
  );
  if (unsigned !== undefined) throw deny("incomplete", `'${unsigned}' must be one of the SignedHeaders.`);
  if (signed.timestamp.slice(0, 8) !== signed.scope.date)
    throw deny(
      "wrongSignature",
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${signed.scope.date}' != '${signed.timestamp.slice(0, 8)}', from '${signed.timestamp}'.`,
    );
  checkTime(signed, now, speaker, deny);

  const credentials = find(signed.accessKeyId);
  if (credentials === undefined) throw deny("unknownKey");
  const payload = payloadHash(request, signed, deny, bodyIsRead);
  const expected = expectedSignature(canonicalRequest(request, signed, payload), signed, credentials.secretAccessKey);
  if (!sameText(expected, signed.signature)) throw deny("wrongSignature");
  if (!sameText(credentials.sessionToken ?? "", signed.sessionToken ?? "")) throw deny("wrongToken");
  if (credentials.expiresAt !== undefined && credentials.expiresAt <= now) throw deny("expiredToken");
  const { secretAccessKey } = credentials;
  const sign: SignedPayload["sign"] = (kind, previous, lines) =>
    signText(signed, secretAccessKey, `${algorithm}-${kind}`, [previous, ...lines]);
  return {
    payload: { claim: payload, seed: signed.signature, sign },
    caller: credentials.caller,
    service,
    regionName: region,
  };
}

type Deny = (denial: Denial, message?: string) => ServiceFault;

function read(request: WireRequest, deny: Deny): Signed {
  let signed: Signed | undefined;
  try {
    signed = readSignature(request);
  } catch (error) {
    if (error instanceof Incomplete) throw deny("incomplete", error.message);
    throw error;
  }
  if (signed === undefined) throw deny("missing");
  return signed;
}

/**
 * A presigned request is good for as long as it says; outside S3 for no longer than 15 minutes, whatever it says
 * (https://github.com/aws/aws-sdk-go/issues/2167).
 */
function checkTime(signed: Signed, now: number, speaker: Speaker, deny: Deny): void {
  const time = timeOf(signed.timestamp);
  if (Number.isNaN(time)) throw deny("incomplete", `The date ${signed.timestamp} does not exist.`);
  const presigned = signed.expires === undefined ? undefined : signed.expires * 1000;
  const longest = presigned === undefined ? widestSkew : speaker === "s3" ? presigned : Math.min(presigned, widestSkew);
  const minutes = (milliseconds: number): string => `${Math.round(milliseconds / 600) / 100} min.`;
  const told = (text: string): string | undefined => (tellsTimes(speaker) ? `${text}. Check the clocks.` : undefined);
  if (now - time > longest)
    throw deny(
      presigned === undefined ? "skewed" : "expired",
      told(
        `Signature expired: ${signed.timestamp} is now earlier than ${stamp(now - longest)} (${stamp(now)} - ${minutes(longest)})`,
      ),
    );
  if (time - now > widestSkew)
    throw deny(
      "skewed",
      told(
        `Signature not yet current: ${signed.timestamp} is still later than ${stamp(now + widestSkew)} (${stamp(now)} + ${minutes(widestSkew)})`,
      ),
    );
}

/** e.g. `20261121T100000Z`. */
const stamp = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");

function payloadHash(request: WireRequest, signed: Signed, deny: Deny, bodyIsRead: boolean): string {
  const claimed = request.headers["x-amz-content-sha256"];
  const isS3 = signed.scope.service === "s3";
  if (isS3 && signed.expires !== undefined) return claimed === undefined ? "UNSIGNED-PAYLOAD" : checkClaim(claimed);
  if (isS3 && claimed === undefined && !bodyIsRead)
    throw new ServiceFault("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  if (isS3 && claimed !== undefined && (!bodyIsRead || !isHash(claimed))) return checkClaim(claimed);
  if (claimed !== undefined && !isHash(claimed))
    throw new NotModelled(`the payload signature ${claimed.slice(0, 60)}`, "Sign the whole body.");
  const actual = sha256(request.body);
  if (claimed !== undefined && claimed !== actual) throw deny("wrongPayload");
  return actual;
}
