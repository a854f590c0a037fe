import { setTags } from "../../../services/ec2/tagging.js";
import type { ResourceProvider } from "../../provider.js";
import { tagsOf } from "../properties.js";

/** `update` of the types of which only the tags change without a replacement. */
export const retag: NonNullable<ResourceProvider["update"]> = (call, id, { to }, naming) => {
  setTags(call, id, tagsOf(to, naming));
  return Promise.resolve();
};
