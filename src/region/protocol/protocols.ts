import { awsJson10, awsJson11 } from "./aws-json.js";
import { awsQuery } from "./aws-query.js";
import { ec2Query } from "./ec2-query.js";
import type { Protocol, WireRequest } from "./protocol.js";
import { restJson } from "./rest-json.js";
import { restXml } from "./rest-xml.js";
import type { ProtocolName } from "./table.js";

export const protocols: { readonly [name in ProtocolName]: Protocol } = {
  ec2Query,
  awsQuery,
  restXml,
  restJson1: restJson,
  awsJson1_0: awsJson10,
  awsJson1_1: awsJson11,
};

/** The protocol of a service whose schemas we do not have, or of a request that names none, from what it looks like. */
export function guessProtocol(request: WireRequest, service: string | undefined): ProtocolName {
  const type = request.headers["content-type"] ?? "";
  if (request.headers["x-amz-target"] !== undefined || type.includes("x-amz-json"))
    return type.includes("1.0") ? "awsJson1_0" : "awsJson1_1";
  if (service === "ec2" || (service === undefined && isEc2(request))) return "ec2Query";
  if (type.includes("x-www-form-urlencoded") || /(^|&)Action=/.test(request.query)) return "awsQuery";
  if (service === undefined) return "awsQuery";
  return service.startsWith("s3") || service === "route53" || service === "cloudfront" ? "restXml" : "restJson1";
}

/** EC2's errors have a form of their own, and its version is nobody else's. */
const isEc2 = (request: WireRequest): boolean => /(^|&)Version=2016-11-15(&|$)/.test(`${request.query}&${textOf(request.body)}`);

const textOf = (body: Uint8Array): string =>
  Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, 4096)).toString("latin1");
