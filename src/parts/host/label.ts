import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { memo } from "../memo.js";

/**
 * Every namespace, link, cgroup, mount and process of ours is named by these pure functions, so any leftover can be
 * traced to its owner and two regions on one host never touch each other. The region's label is derived from its
 * state folder.
 */
export interface RegionLabel {
  /** Six hexadecimal digits. */
  readonly code: string;
}

export const regionLabel = (stateFolder: string): RegionLabel => ({ code: digest(realpathSync(stateFolder), 6) });

/** Name of a network namespace under /run/netns, e.g. `st-1a2b3c-router-vpc-0abc-a`. */
export const namespaceName = (label: RegionLabel, kind: NamespaceKind, id?: string): string =>
  id === undefined ? `st-${label.code}-${kind}` : `st-${label.code}-${kind}-${id}`;

export type NamespaceKind = "internet" | "router" | "eni" | "nat";

/**
 * Name of a network interface. The kernel keeps 15 characters, so the id is hashed (`e` + 10 digits); the whole id goes
 * into the link's alias.
 */
export const linkName = (kind: string, id: string): string => `${kind.slice(0, 3)}${digest(id, 10)}`;

/** A control group of ours, as a path below the hierarchy's root, e.g. `sandtable/1a2b3c/machine-i-0abc`. */
export const cgroupPath = (label: RegionLabel, owner?: string): string =>
  owner === undefined ? `sandtable/${label.code}` : `sandtable/${label.code}/${owner}`;

/** The name crun knows a container by, e.g. `st-1a2b3c-i-0abc`. */
export const containerName = (label: RegionLabel, id: string): string => `st-${label.code}-${id}`;

const digest = (text: string, length: number): string => hash(text).slice(0, length);

const hash = memo((text) => createHash("sha256").update(text).digest("hex"));
