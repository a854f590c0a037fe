import { createHash } from "node:crypto";
import { NotModelled, ServiceFault } from "../operations/fault.js";
import type { IncomingBody, WireRequest } from "../protocol/protocol.js";
import { decodeChunks, incomplete, type ChainSign } from "./chunks.js";
import { denied } from "./denials.js";

/** What a request's signature says of its body (`x-amz-content-sha256`), and how to go on signing from there. */
export interface SignedPayload {
  /** A SHA-256 in hex, `UNSIGNED-PAYLOAD`, or a form of `STREAMING-…`. */
  readonly claim: string;
  /** The signature of the request. */
  readonly seed: string;
  readonly sign: ChainSign;
}

/** Forms of `x-amz-content-sha256` that stand for no hash: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const streaming: Readonly<Record<string, { readonly signed: boolean }>> = {
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": { signed: true },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": { signed: true },
  "STREAMING-UNSIGNED-PAYLOAD-TRAILER": { signed: false },
};

export const isHash = (claim: string): boolean => /^[0-9a-f]{64}$/.test(claim);

/** @throws NotModelled for a form that is not known */
export function checkClaim(claim: string): string {
  if (isHash(claim) || claim === "UNSIGNED-PAYLOAD" || Object.hasOwn(streaming, claim)) return claim;
  throw new NotModelled(`the payload signature ${claim.slice(0, 60)}`, "Sign the whole body.");
}

/** The body of a request as it comes from the client, to be checked against its signature while it is read. */
export function openPayload(request: WireRequest, raw: AsyncIterable<Uint8Array>, payload: SignedPayload): IncomingBody {
  const form = Object.hasOwn(streaming, payload.claim) ? streaming[payload.claim] : undefined;
  const trailers: Record<string, string> = {};
  const length = numberOf(request.headers[form === undefined ? "content-length" : "x-amz-decoded-content-length"]);
  const announced = form === undefined ? [] : listOf(request.headers["x-amz-trailer"]);
  const chain = form?.signed === true ? { seed: payload.seed, sign: payload.sign } : undefined;
  const data = form === undefined ? raw : decodeChunks(raw, { chain, announced, trailers });
  return { length, announced, trailers, read: () => checked(data, length, isHash(payload.claim) ? payload.claim : undefined) };
}

async function* checked(
  data: AsyncIterable<Uint8Array>,
  length: number | undefined,
  hash: string | undefined,
): AsyncGenerator<Uint8Array> {
  const digest = hash === undefined ? undefined : createHash("sha256");
  let size = 0;
  for await (const piece of data) {
    digest?.update(piece);
    size += piece.length;
    if (length !== undefined && size > length) throw incomplete();
    yield piece;
  }
  if (length !== undefined && size !== length) throw incomplete();
  if (digest !== undefined && digest.digest("hex") !== hash) throw denied("s3", "wrongPayload");
}

/** All of it, where that is not more than `most` bytes. @throws ServiceFault */
export async function readWhole(body: IncomingBody, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body.read()) {
    size += piece.length;
    if (size > most)
      throw new ServiceFault("MaxMessageLengthExceeded", `Your request was too big: it may have ${most} bytes.`, 400);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

const listOf = (text: string | undefined): readonly string[] =>
  (text ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
