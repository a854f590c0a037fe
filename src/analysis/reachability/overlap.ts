import { overlaps, toAddress, type Block } from "../../addresses.js";

/** The first two of two VPCs' blocks that share addresses: AWS makes no peering connection between such VPCs. */
export function overlapOf(
  ones: readonly (Block | undefined)[],
  others: readonly (Block | undefined)[],
): readonly [one: string, other: string] | undefined {
  for (const one of ones)
    for (const other of others)
      if (one !== undefined && other !== undefined && overlaps(one, other)) return [textOf(one), textOf(other)];
  return undefined;
}

const textOf = ({ base, prefix }: Block): string => `${toAddress(base)}/${prefix}`;
