/**
 * `aws-chunked`: a body in signed or unsigned chunks, with headers after it (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html):
 *
 *     HEX-SIZE[;chunk-signature=…]\r\n DATA \r\n … 0[;chunk-signature=…]\r\n [name:value\r\n …] [x-amz-trailer-signature:…\r\n] \r\n
 */
import { createHash } from "node:crypto";
import { ServiceFault } from "../operations/fault.js";
import { sameText, sha256 } from "./sigv4.js";

/** Signs what follows on the signature of what was before: `kind` is the last word of the algorithm's name. */
export type ChainSign = (kind: "PAYLOAD" | "TRAILER", previous: string, lines: readonly string[]) => string;

export interface ChunkedForm {
  /** Undefined: chunks are not signed. */
  readonly chain?: { readonly seed: string; readonly sign: ChainSign } | undefined;
  /** Names of the trailers announced (`x-amz-trailer`), in lower case. */
  readonly announced: readonly string[];
  /** Receives the trailers. */
  readonly trailers: Record<string, string>;
}

const emptyHash = sha256("");

/** A chunk of more is not taken from anybody; AWS's own limit is not published. Only its first line is ever held in memory. */
const longestLine = 16 << 10;

/** The data alone. @throws ServiceFault */
export async function* decodeChunks(source: AsyncIterable<Uint8Array>, form: ChunkedForm): AsyncGenerator<Uint8Array> {
  const reader = new Reader(source);
  let previous = form.chain?.seed ?? "";
  for (;;) {
    const [size, signature] = readHead(await reader.line());
    const digest = form.chain === undefined ? undefined : createHash("sha256");
    for (let left = size; left > 0;) {
      const piece = await reader.some(left);
      digest?.update(piece);
      left -= piece.length;
      yield piece;
    }
    if (form.chain !== undefined && digest !== undefined) {
      const expected = form.chain.sign("PAYLOAD", previous, [emptyHash, digest.digest("hex")]);
      if (signature === undefined || !sameText(expected, signature)) throw wrongSignature();
      previous = expected;
    }
    if (size === 0) break;
    if ((await reader.line()) !== "") throw malformed("a chunk does not end where its size says");
  }
  await readTrailers(reader, form, previous);
}

function readHead(line: string): readonly [size: number, signature: string | undefined] {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (match === null) throw malformed("a chunk does not begin with its size");
  return [Number.parseInt(match[1]!, 16), match[2]];
}

async function readTrailers(reader: Reader, form: ChunkedForm, previous: string): Promise<void> {
  let text = "";
  let signature: string | undefined;
  for (let line = await reader.line(true); line !== ""; line = await reader.line(true)) {
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    if (name === "x-amz-trailer-signature") signature = value;
    else if (!form.announced.includes(name))
      throw new ServiceFault("MalformedTrailerError", `The trailer ${name} was not announced by x-amz-trailer.`);
    else {
      form.trailers[name] = value;
      text += `${name}:${value}\n`;
    }
  }
  const missing = form.announced.filter((name) => !Object.hasOwn(form.trailers, name));
  if (missing.length > 0)
    throw new ServiceFault("MalformedTrailerError", `The trailer ${missing.join(", ")} was announced and not sent.`);
  if (form.chain === undefined || form.announced.length === 0) return;
  const expected = form.chain.sign("TRAILER", previous, [sha256(text)]);
  if (signature === undefined || !sameText(expected, signature)) throw wrongSignature();
}

const malformed = (why: string): ServiceFault =>
  new ServiceFault("InvalidRequest", `The aws-chunked body of the request is not well-formed: ${why}.`);

const wrongSignature = (): ServiceFault =>
  new ServiceFault(
    "SignatureDoesNotMatch",
    "The signature of a chunk does not match what we calculated. Check your AWS Secret Access Key and signing method.",
    403,
  );

/** Lines and data out of pieces of any size. */
class Reader {
  private held: Buffer = Buffer.alloc(0);
  private readonly pieces: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.pieces = source[Symbol.asyncIterator]();
  }

  /** Without its end. `orEnd`: at the end of the body an empty line is read. */
  async line(orEnd = false): Promise<string> {
    for (;;) {
      const end = this.held.indexOf("\r\n");
      if (end > longestLine || (end < 0 && this.held.length > longestLine)) throw malformed("a line has no end");
      if (end >= 0) {
        const line = this.held.toString("latin1", 0, end);
        this.held = this.held.subarray(end + 2);
        return line;
      }
      if (await this.more()) continue;
      if (orEnd && this.held.length === 0) return "";
      throw incomplete();
    }
  }

  /** At least one byte, at most so many. */
  async some(most: number): Promise<Uint8Array> {
    if (this.held.length === 0 && !(await this.more())) throw incomplete();
    const piece = this.held.subarray(0, most);
    this.held = this.held.subarray(piece.length);
    return piece;
  }

  private async more(): Promise<boolean> {
    const next = await this.pieces.next();
    if (next.done === true) return false;
    const piece = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    this.held = this.held.length === 0 ? piece : Buffer.concat([this.held, piece]);
    return true;
  }
}

export const incomplete = (): ServiceFault =>
  new ServiceFault("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header.");
