import type { Maybe } from "../maybe.js";
import type { NodeId } from "../node.js";
import { Reading } from "./reading.js";

const keyType = "AWS::KMS::Key";

/** The key that is named, by itself or by an alias. Undefined: none is, or one that AWS keeps for its services. */
export function keyOf(read: Reading): Maybe<NodeId> | undefined {
  if (typeof read.value === "string" && /(^|:)alias\/aws\//.test(read.value)) return undefined;
  const id = read.node(keyType, "AWS::KMS::Alias");
  const resource = typeof id === "string" ? read.catalogue.get(id) : undefined;
  if (resource === undefined || resource.type === keyType) return id;
  return Reading.of(read.catalogue, resource).at("TargetKeyId").node(keyType);
}
