import { faultOf } from "./errors.js";
import type { Protocol } from "./protocol.js";
import { queryName, queryTarget, readQuery, type QueryDialect } from "./query.js";
import { element, membersAsXml, textElement } from "./xml.js";

/** awsQuery (RDS, IAM, STS, CloudFormation, Elastic Load Balancing): https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
const dialect: QueryDialect = {
  memberKey: (name, member) => member.getMergedTraits().xmlName ?? name,
  itemKey: (list, item) => (list.getMergedTraits().xmlFlattened ? undefined : (item.getMergedTraits().xmlName ?? "member")),
  misfit: "MalformedInput",
};

const headers = (requestId: string) => ({ "content-type": "text/xml", "x-amzn-requestid": requestId });

export const awsQuery: Protocol = {
  malformed: "MalformedQueryString",
  target: queryTarget,
  nameOf: queryName,
  read: (_wire, target, request) => readQuery(dialect, target, request),

  answer(wire, operation, output, requestId) {
    const result = operation.output.isStructSchema()
      ? element(`${operation.name}Result`, membersAsXml(operation.output, output))
      : "";
    const metadata = element("ResponseMetadata", textElement("RequestId", requestId));
    const body = element(`${operation.name}Response`, result + metadata, wire.xmlNamespace);
    return { status: 200, headers: headers(requestId), body };
  },

  refuse(wire, refusal, requestId) {
    const fault = faultOf(wire, refusal, "query");
    const { modelled } = fault;
    const detail = modelled !== undefined && fault.detail !== undefined ? membersAsXml(modelled.schema, fault.detail) : "";
    const error =
      textElement("Type", fault.type) +
      textElement("Code", modelled?.queryCode ?? fault.code) +
      textElement("Message", fault.message) +
      detail;
    const body = element("ErrorResponse", element("Error", error) + textElement("RequestId", requestId), wire?.xmlNamespace);
    return { status: fault.status, headers: headers(requestId), body };
  },
};
