import { namespaceName, type RegionLabel } from "../host/label.js";
import type { Entry } from "./plan.js";

/**
 * Where the far end of an interface's link is: `eth0` of a namespace of its own, or `eth1` and further of the machine that it is
 * attached to. The link's alias says it, so that a new process knows it from the kernel alone.
 */
export interface FarEnd {
  readonly namespace: string;
  readonly device: string;
}

/** The words of an alias after its owner: `eni/ID`, `nat/ID`, or `eni/ID/PRIMARY/DEVICE-INDEX`. */
export interface EndWords {
  readonly kind: "eni" | "nat";
  readonly id: string;
  readonly attachedTo?: { readonly interfaceId: string; readonly deviceIndex: number } | undefined;
}

export const endWords = ({ kind, id, attachedTo }: EndWords): string[] => [
  kind,
  id,
  ...(attachedTo === undefined ? [] : [attachedTo.interfaceId, String(attachedTo.deviceIndex)]),
];

/** Undefined: the alias is not of an interface's link. */
export function readEndWords([kind, id, interfaceId, deviceIndex]: readonly string[]): EndWords | undefined {
  if ((kind !== "eni" && kind !== "nat") || id === undefined) return undefined;
  return interfaceId === undefined ? { kind, id } : { kind, id, attachedTo: { interfaceId, deviceIndex: Number(deviceIndex) } };
}

export const farEndOf = (label: RegionLabel, { kind, id, attachedTo }: EndWords): FarEnd =>
  attachedTo === undefined
    ? { namespace: namespaceName(label, kind, id), device: firstDevice }
    : { namespace: namespaceName(label, "eni", attachedTo.interfaceId), device: `eth${attachedTo.deviceIndex}` };

/** The device that makes a namespace: it comes and goes with it. */
export const firstDevice = "eth0";

/** Number and priority of the policy rules of a machine's further interface, as Amazon Linux has them. */
export const tableOf = (deviceIndex: number): number => 10_000 + deviceIndex;

/** A policy rule of ours in a machine, also one that no plan names any more. */
export const isEndRule = (entry: Entry): boolean => /^rule pref (1\d{4}) from \S+ lookup \1$/.test(entry);
