import { Reference } from "../described.js";
import { Unknown, type Maybe } from "../maybe.js";
import { Reading } from "./reading.js";

const type = "AWS::EC2::PrefixList";

/** What a prefix list holds: known for those that are made here; AWS's own change by themselves. */
export function listedIn(named: Reading): { readonly id: string; readonly cidrs: Maybe<readonly string[]> } {
  const { catalogue, value } = named;
  const found = named.node(type);
  const resource = typeof found === "string" ? catalogue.get(found) : undefined;
  if (resource === undefined) {
    const id = value instanceof Reference ? value.node : typeof value === "string" ? value : named.rendered();
    return {
      id,
      cidrs: value instanceof Unknown ? value : new Unknown(`what the prefix list ${id} holds is not part of what was read`),
    };
  }
  const cidrs: string[] = [];
  for (const entry of Reading.of(catalogue, resource).at("Entries").list()) {
    const cidr = entry.at("Cidr").text("");
    if (cidr instanceof Unknown) return { id: resource.id, cidrs: cidr };
    cidrs.push(cidr);
  }
  return { id: resource.id, cidrs: resource.presence ?? cidrs };
}
