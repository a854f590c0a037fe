import { faultOf } from "./errors.js";
import type { Protocol } from "./protocol.js";
import { queryName, queryTarget, readQuery, type QueryDialect } from "./query.js";
import { element, membersAsXml, textElement, xmlDeclaration } from "./xml.js";

/** EC2's own query protocol: https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html */
const dialect: QueryDialect = {
  memberKey(name, member) {
    const { ec2QueryName, xmlName } = member.getMergedTraits() as { ec2QueryName?: string; xmlName?: string };
    return ec2QueryName ?? capitalised(xmlName ?? name);
  },
  itemKey: () => undefined,
  misfit: "InvalidParameterValue",
};

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const headers = (requestId: string) => ({ "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId });

export const ec2Query: Protocol = {
  malformed: "MalformedQueryString",
  target: queryTarget,
  nameOf: queryName,
  read: (_wire, target, request) => readQuery(dialect, target, request),

  answer(wire, operation, output, requestId) {
    // An operation without an output says this, though no client reads it.
    const members = operation.output.isUnitSchema() ? textElement("return", "true") : membersAsXml(operation.output, output);
    const content = textElement("requestId", requestId) + members;
    const body = xmlDeclaration + element(`${operation.name}Response`, content, wire.xmlNamespace);
    return { status: 200, headers: headers(requestId), body };
  },

  refuse(wire, refusal, requestId) {
    const fault = faultOf(wire, refusal, "query");
    const error = element("Error", textElement("Code", fault.code) + textElement("Message", fault.message));
    const body = xmlDeclaration + element("Response", element("Errors", error) + textElement("RequestID", requestId));
    return { status: fault.status, headers: headers(requestId), body };
  },
};
