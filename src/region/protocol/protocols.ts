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

/** The protocol of a service whose schemas we do not have, from what its requests look like. */
export function guessProtocol(request: WireRequest, service: string | undefined): Protocol {
  if (request.headers["x-amz-target"] !== undefined)
    return request.headers["content-type"]?.includes("1.0") ? awsJson10 : awsJson11;
  if (service === "ec2") return ec2Query;
  if (request.headers["content-type"]?.includes("x-www-form-urlencoded") || /(^|&)Action=/.test(request.query)) return awsQuery;
  return service?.startsWith("s3") || service === "route53" || service === "cloudfront" ? restXml : restJson;
}
