import type { HealthCheck } from "../../environment/balancing.js";
import type { MachineSettings } from "../../environment/compute.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, Unknown, type Maybe } from "../../environment/maybe.js";
import type { NodeId } from "../../environment/node.js";

/** What a part of the path is called. */
export interface Named {
  readonly id: NodeId;
  readonly type: string;
  readonly name: string;
}

export const named = ({ id, type, name }: Named): Named => ({ id, type, name });

/** Where requests arrive. */
export interface Entry extends Named {
  /** `none`: the servers' own public addresses. */
  readonly kind: "application" | "network" | "gateway" | "none";
  readonly zones: readonly Maybe<string>[];
}

/** The servers behind one way in. */
export interface Tier extends Named {
  readonly servers: readonly Named[];
  /** How many run at least. */
  readonly count: Maybe<number>;
  /** Of the servers; of an Auto Scaling group those it may use. */
  readonly zones: readonly Maybe<string>[];
  /** Replaces what is lost. */
  readonly scaling?: { readonly checks: Maybe<string>; readonly gracePeriod: Maybe<number> };
  /** How its balancer finds a dead server; undefined without a balancer. */
  readonly healthCheck?: HealthCheck;
}

export interface Datastore extends Named {
  readonly kind: "instance" | "aurora" | "cluster";
  readonly engine: Maybe<string>;
  /** A second server takes over. */
  readonly redundant: Maybe<boolean>;
  /** Of the only server, where there is one. */
  readonly zone: Maybe<string>;
  /** Days; 0: none. */
  readonly backupRetention: Maybe<number>;
  readonly deletionProtection: Maybe<boolean>;
  /** What deleting it leaves, as its stack says; an account does not. */
  readonly deletionPolicy: Maybe<string>;
  /** Seconds between the backups of a plan that covers it. */
  readonly plannedBackups: Maybe<number> | undefined;
  /** GiB. */
  readonly storage: Maybe<number>;
  /** Surely, or perhaps: what admits it is not known. */
  readonly certain: boolean;
}

/** A NAT gateway that requests may wait for, and why we think so. */
export interface NatUse {
  readonly gateways: readonly Named[];
  /** The zones whose servers lose their way out when this zone does. */
  readonly zones: readonly Maybe<string>[];
  readonly because: string;
}

/** All that a request of the internet passes, and what it needs there. */
export interface ServicePath {
  readonly name: string;
  /** The load balancers on the way, outermost first; or the servers' own addresses. */
  readonly entries: readonly Entry[];
  readonly tiers: readonly Tier[];
  readonly databases: readonly Datastore[];
  readonly nat: NatUse | undefined;
  /** Buckets that its servers may write to: data of the service, without a copy where they are not versioned. */
  readonly buckets: readonly (Named & { readonly versioning: Maybe<boolean> })[];
  /** Parts that the source leaves open: whatever they are, the path may be no better than unknown. */
  readonly gaps: readonly Unknown[];
  /** What keeps requests from being served at all, surely or perhaps: no promise of its parts counts then. */
  readonly stops?: readonly Stop[];
}

export interface Stop {
  readonly why: string;
  readonly certain: boolean;
}

/** How a tier's servers are made. Looked up, not kept: user data may hold what a report must not. */
export const settingsOf = (environment: Environment, { id }: Tier): MachineSettings | undefined =>
  (environment.instances.get(id) ?? environment.autoScalingGroups.get(id))?.settings;

/** How many different zones these surely are, and at most. Zones whose names are not known may be any. */
export function zonesAmong(zones: readonly Maybe<string>[]): { readonly least: number; readonly most: number } {
  const distinct = new Set(zones.filter(isKnown)).size;
  const unknown = zones.length - zones.filter(isKnown).length;
  return { least: Math.max(distinct, unknown > 0 ? 1 : 0), most: distinct + unknown };
}

/** In how many zones a tier's servers surely run, and at most. */
export function spread({ count, zones }: Tier): { readonly least: number; readonly most: number } {
  const among = zonesAmong(zones);
  return isKnown(count)
    ? { least: Math.min(count, among.least), most: Math.min(count, among.most) }
    : { least: Math.min(1, among.least), most: among.most };
}

/** Why it is not known how far a tier is spread. */
export const whySpreadUnknown = ({ count, zones }: Tier): string =>
  (count instanceof Unknown ? count : zones.find((zone) => zone instanceof Unknown))?.why ?? "the zones are not known";
