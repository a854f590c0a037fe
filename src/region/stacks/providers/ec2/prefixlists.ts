import { enforced, states, within } from "../../../operations/members.js";
import { ServiceFault } from "../../../operations/fault.js";
import {
  createPrefixList,
  deletePrefixList,
  modifyPrefixList,
  thePrefixList,
  type Entry,
} from "../../../services/ec2/prefixlists.js";
import { PrefixLists } from "../../../services/ec2/records.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { optionalNumber, optionalText, structures, tagRules, tagsOf, text, unlessGone } from "../properties.js";
import { retag } from "./retag.js";

const entriesOf = (properties: Properties): readonly Entry[] =>
  structures(properties, "Entries").map((entry) => {
    const description = optionalText(entry, "Description");
    return { cidr: text(entry, "Cidr"), ...(description === undefined ? {} : { description }) };
  });

/** As many as are stated, or as many as there are entries. */
const sizeOf = (properties: Properties): number =>
  optionalNumber(properties, "MaxEntries") ?? Math.max(1, entriesOf(properties).length);

export const prefixList: ResourceProvider = {
  type: "AWS::EC2::PrefixList",
  record: PrefixLists,
  properties: {
    PrefixListName: enforced,
    AddressFamily: states("IPv4"),
    MaxEntries: enforced,
    Entries: within({ Cidr: enforced, Description: enforced }),
    Tags: tagRules,
  },
  attributes: {
    PrefixListId: (_call, id) => id,
    Arn: (call, id) => `arn:aws:ec2:${call.regionName}:${call.accountId}:prefix-list/${id}`,
    OwnerId: (call) => call.accountId,
    Version: (call, id) => String(thePrefixList(call, id).version),
  },
  create: (call, properties, naming) =>
    Promise.resolve(
      createPrefixList(call, {
        name: text(properties, "PrefixListName"),
        maxEntries: sizeOf(properties),
        entries: entriesOf(properties),
        tags: tagsOf(properties, naming),
      }).prefixListId,
    ),
  update: async (call, id, change, naming, signal) => {
    const { to } = change;
    const list = thePrefixList(call, id);
    const [size, wanted] = [sizeOf(to), entriesOf(to)];
    const same = (a: Entry, b: Entry): boolean => a.cidr === b.cidr && a.description === b.description;
    const add = wanted.filter((entry) => !list.entries.some((known) => same(known, entry)));
    const remove = list.entries.filter((known) => !wanted.some(({ cidr }) => cidr === known.cidr)).map(({ cidr }) => cidr);
    if (wanted.length > size)
      throw new ServiceFault(
        "PrefixListMaxEntriesExceeded",
        `MaxEntries of ${id} is ${size}, and it has ${wanted.length} entries.`,
      );
    // AWS does not take a new size and new entries in one request: grow, exchange, shrink.
    const between = Math.max(list.maxEntries, size);
    await modifyPrefixList(call, id, { name: text(to, "PrefixListName"), maxEntries: between, add: [], remove: [] });
    if (add.length + remove.length > 0) await modifyPrefixList(call, id, { currentVersion: list.version, add, remove });
    if (size !== between) await modifyPrefixList(call, id, { maxEntries: size, add: [], remove: [] });
    await retag(call, id, change, naming, signal);
  },
  delete: (call, id) => unlessGone(["InvalidPrefixListID.NotFound"], () => void deletePrefixList(call, id)),
};
