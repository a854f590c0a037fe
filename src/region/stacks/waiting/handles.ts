import { randomBytes, randomUUID } from "node:crypto";
import type { WireRequest } from "../../protocol/protocol.js";
import { put, recordType, type Change } from "../../records/records.js";
import type { Scope } from "../../operations/call.js";
import { algorithm, canonicalRequest, expectedSignature, readSignature } from "../../server/sigv4.js";
import { uniqueId } from "../../services/iam/ids.js";

/** What was sent to a handle. One that is not what a signal must be makes its wait condition fail, as on AWS. */
export type Signal =
  | { readonly status: "SUCCESS" | "FAILURE"; readonly reason: string; readonly uniqueId: string; readonly data: string }
  | "unparsable";

/** A wait condition handle, kept under its URL, which is its physical id. Times are milliseconds since the epoch. */
export interface WaitConditionHandle {
  readonly url: string;
  /** Of the object in CloudFormation's bucket that the URL is for. */
  readonly key: string;
  /** What the URL is signed with: a key that is good for nothing else. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** In the order of their arrival. */
  readonly signals: readonly Signal[];
}
export const WaitConditionHandles = recordType<WaitConditionHandle>("cloudformation:WaitConditionHandle", {
  sealed: ["secretAccessKey", "signals"],
});

/** CloudFormation's bucket in a region: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html */
export const bucketHost = (regionName: string): string =>
  `cloudformation-waitcondition-${regionName}.s3.${regionName}.amazonaws.com`;

/** Seconds that the URL of a handle is good for: AWS's are for a day. */
const validity = 86_399;

/** A new handle. Its URL is presigned for a PUT as S3's are. */
export function newHandle(scope: Pick<Scope, "regionName" | "now">, stackId: string, logicalId: string): WaitConditionHandle {
  const key = `${stackId}/${randomUUID()}/${logicalId}`;
  const accessKeyId = uniqueId("AKIA");
  const secretAccessKey = randomBytes(30).toString("base64");
  const timestamp = new Date(scope.now()).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const query = Object.entries({
    "X-Amz-Algorithm": algorithm,
    "X-Amz-Date": timestamp,
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Expires": String(validity),
    "X-Amz-Credential": `${accessKeyId}/${timestamp.slice(0, 8)}/${scope.regionName}/s3/aws4_request`,
  })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
  const host = bucketHost(scope.regionName);
  const path = `/${key.split("/").map(encodeURIComponent).join("/")}`;
  const signature = signatureOf({ method: "PUT", path, query, headers: { host }, body: new Uint8Array() }, secretAccessKey);
  const url = `https://${host}${path}?${query}&X-Amz-Signature=${signature}`;
  return { url, key, accessKeyId, secretAccessKey, signals: [] };
}

/** What the signature of a presigned request should be. @throws Incomplete when it has none that can be read */
export function signatureOf(request: WireRequest, secretAccessKey: string): string {
  // The signature itself is no part of what is signed.
  const query = request.query.includes("X-Amz-Signature=") ? request.query : `${request.query}&X-Amz-Signature=none`;
  const signed = readSignature({ ...request, query });
  if (signed === undefined) return "";
  return expectedSignature(canonicalRequest(request, signed, "UNSIGNED-PAYLOAD"), signed, secretAccessKey);
}

/** AWS's limit of a signal's data: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const longestData = 4096;

/**
 * The body of a PUT as a signal. The format is JSON, whatever its content type says:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-waitcondition.html
 */
export function readSignal(body: string): Signal {
  let sent: unknown;
  try {
    sent = JSON.parse(body);
  } catch {
    return "unparsable";
  }
  if (typeof sent !== "object" || sent === null || Array.isArray(sent)) return "unparsable";
  const { Status: status, Reason: reason, UniqueId: uniqueId, Data: data } = sent as Readonly<Record<string, unknown>>;
  if ((status !== "SUCCESS" && status !== "FAILURE") || typeof uniqueId !== "string" || uniqueId === "") return "unparsable";
  const text = (value: unknown): string => (typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value));
  if (text(data).length > longestData) return "unparsable";
  return { status, reason: text(reason), uniqueId, data: text(data) };
}

/** The handle with one more signal; nothing changes when it has been sent before: the same id means the same signal. */
export function withSignal(handle: WaitConditionHandle, signal: Signal): readonly Change[] {
  const known = handle.signals.some(
    (other) => other !== "unparsable" && signal !== "unparsable" && other.uniqueId === signal.uniqueId,
  );
  return known ? [] : [put(WaitConditionHandles, handle.url, { ...handle, signals: [...handle.signals, signal] })];
}

/** What the signals of a handle come to for a condition that waits for `count` of them. */
export type Verdict = "waiting" | "met" | { readonly fault: string };

export function verdictOf(signals: readonly Signal[], count: number): Verdict {
  for (const signal of signals) {
    if (signal === "unparsable") return { fault: "Unparsable WaitCondition data" };
    if (signal.status === "FAILURE")
      return { fault: `WaitCondition received failed message: '${signal.reason}' for uniqueId: ${signal.uniqueId}` };
  }
  return signals.length >= count ? "met" : "waiting";
}

/** `Fn::GetAtt` of `Data`: what each signal brought, as JSON. */
export const dataOf = (signals: readonly Signal[]): string =>
  JSON.stringify(Object.fromEntries(signals.flatMap((each) => (each === "unparsable" ? [] : [[each.uniqueId, each.data]]))));
