import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import type { WireRequest } from "../../protocol/protocol.js";
import type { LogEntry } from "../../server/log.js";
import { Incomplete, readSignature, sameText, timeOf } from "../../server/sigv4.js";
import { bucketHost, readSignal, signatureOf, withSignal, WaitConditionHandles } from "./handles.js";

/** Bytes of a signal; its data may have 4096. */
const largestBody = 64 << 10;

/** An answer as S3 gives it; an error has a code. */
interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  /** Further elements of the error's document. */
  readonly detail?: Readonly<Record<string, string>>;
}

/**
 * CloudFormation's buckets, one in each region, to which the signals of wait conditions are PUT under their presigned URLs. They answer
 * as S3 does, and do nothing else: what is put there is read by CloudFormation alone.
 */
export class WaitConditionBucket {
  constructor(
    private readonly house: {
      readonly regionName: string;
      readonly scopes: () => readonly Scope[];
      readonly durable: () => Promise<void>;
      readonly log: (entry: LogEntry) => void;
    },
  ) {}

  /** The regions that there are: each has such a bucket. */
  regionNames(): readonly string[] {
    return [...new Set(this.house.scopes().map(({ regionName }) => regionName))].sort();
  }

  /** Is the request for such a bucket? */
  owns(incoming: Pick<IncomingMessage, "headers">): boolean {
    return regionOf(incoming) !== undefined;
  }

  /** Answers one request; never rejects. */
  async take(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const began = performance.now();
    const at = Date.now();
    const requestId = randomUUID();
    const [path = "/", ...query] = (incoming.url ?? "/").split("?");
    const sourceAddress = incoming.socket.remoteAddress;
    const region = regionOf(incoming) ?? this.house.regionName;
    try {
      const body = await bodyOf(incoming);
      const headers = incoming.headers as Readonly<Record<string, string>>; // only the host is looked at
      const request: WireRequest = {
        method: incoming.method ?? "GET",
        path,
        query: query.join("?"),
        headers,
        body: body ?? new Uint8Array(),
      };
      const answer: Answer = body === undefined ? refusals.tooLarge : await this.answer(request, at);
      send(outgoing, answer, requestId, body === undefined);
      this.house.log({
        time: new Date(at).toISOString(),
        requestId,
        service: "s3",
        ...(request.method === "PUT" ? { operation: "PutObject" } : {}),
        region,
        ...(sourceAddress === undefined ? {} : { sourceAddress }),
        parameters: { Bucket: `cloudformation-waitcondition-${region}`, Key: keyOf(path) },
        status: answer.status,
        result: answer.code ?? "OK",
        ...(answer.message === undefined ? {} : { message: answer.message }),
        milliseconds: Math.round((performance.now() - began) * 10) / 10,
      });
    } catch {
      outgoing.destroy(); // the client left in the middle
    }
  }

  private async answer(request: WireRequest, now: number): Promise<Answer> {
    try {
      const signed = readSignature(request);
      if (signed?.expires === undefined) return refusals.unsigned;
      for (const scope of this.house.scopes()) {
        const handle = scope.records.list(WaitConditionHandles).find(({ accessKeyId }) => accessKeyId === signed.accessKeyId);
        if (handle === undefined) continue;
        const right = sameText(signatureOf(request, handle.secretAccessKey), signed.signature);
        if (!right || request.method !== "PUT" || keyOf(request.path) !== handle.key) return refusals.wrong;
        const end = timeOf(signed.timestamp) + signed.expires * 1000;
        if (now > end) return expired(signed.expires, end, now);
        scope.commit(...withSignal(handle, readSignal(Buffer.from(request.body).toString())));
        await this.house.durable();
        return { status: 200 };
      }
      return refusals.unknown;
    } catch (error) {
      if (error instanceof Incomplete) return { status: 400, code: "AuthorizationQueryParametersError", message: error.message };
      // A full disk, say.
      if (error instanceof ServiceFault) return { status: error.status, code: error.code, message: error.message };
      throw error;
    }
  }
}

/** The region whose bucket a request is for, by its host. A handle is of any region in which a stack is, not of the home region alone. */
function regionOf({ headers }: Pick<IncomingMessage, "headers">): string | undefined {
  const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const region = /^cloudformation-waitcondition-([a-z0-9-]+)\.s3\./.exec(host)?.[1];
  return region !== undefined && bucketHost(region) === host ? region : undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const refusals = {
  unsigned: { status: 403, code: "AccessDenied", message: "Access Denied" },
  unknown: {
    status: 403,
    code: "InvalidAccessKeyId",
    message: "The AWS Access Key Id you provided does not exist in our records.",
  },
  wrong: {
    status: 403,
    code: "SignatureDoesNotMatch",
    message: "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
  },
  tooLarge: {
    status: 400,
    code: "EntityTooLarge",
    message: "Your proposed upload exceeds the maximum allowed object size.",
  },
} as const;

const expired = (seconds: number, end: number, now: number): Answer => ({
  status: 403,
  code: "AccessDenied",
  message: "Request has expired",
  detail: {
    "X-Amz-Expires": String(seconds),
    Expires: new Date(end).toISOString(),
    ServerTime: new Date(now).toISOString(),
  },
});

/** Of the object; what cannot be decoded names none. */
function keyOf(path: string): string {
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return "";
  }
}

/** Nothing when it is too large; the rest is not read then. */
async function bodyOf(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(outgoing: ServerResponse, answer: Answer, requestId: string, last: boolean): void {
  const { status, code, message = "", detail = {} } = answer;
  const elements = Object.entries({ Code: code ?? "", Message: message, ...detail, RequestId: requestId });
  const document = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements.map(([name, text]) => `<${name}>${text}</${name}>`).join("")}</Error>`;
  const body = code === undefined ? "" : document;
  outgoing.writeHead(status, {
    "x-amz-request-id": requestId,
    ...(code === undefined ? {} : { "content-type": "application/xml" }),
    "content-length": String(Buffer.byteLength(body)),
    ...(last ? { connection: "close" } : {}),
  });
  outgoing.end(outgoing.req.method === "HEAD" ? undefined : body);
}
