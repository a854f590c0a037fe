import { holds, parseBlock } from "../../addresses.js";
import { isUnknown } from "../../environment/maybe.js";
import type { Rule } from "../finding.js";
import { at, ruleOn } from "../rule.js";

/** RFC 1918, and RFC 6598's shared space, which is nobody's on the internet either. */
const privateSpace = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"];

const isPrivate = (cidr: string): boolean => {
  const block = parseBlock(cidr);
  return (
    block === undefined ||
    privateSpace.some((space) => {
      const outer = parseBlock(space);
      return outer !== undefined && holds(outer, block);
    })
  );
};

export const publicAddressSpace: Rule = ruleOn(
  "vpcs",
  {
    id: "vpc-in-public-address-space",
    subject: "exposure",
    severity: "medium",
    summary: "A VPC whose addresses belong to others on the internet",
    sources: ["RFC 1918: Address Allocation for Private Internets", "Amazon VPC User Guide: VPC CIDR blocks"],
  },
  function* (vpc) {
    for (const cidr of vpc.cidrs) {
      if (isUnknown(cidr) || isPrivate(cidr)) continue;
      yield {
        title: `its block ${cidr} is public address space`,
        reason: `${cidr} belongs to others: what it covers on the internet cannot be reached from here${cidr.startsWith("192.") ? ", and 192.168.0.0/16 was probably meant" : ""}.`,
        fix: "take a block of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 that no peered network has",
        ...at(vpc, "CidrBlock"),
      };
    }
  },
);
