import { recordType } from "../../records/records.js";
import type { Tags } from "../ec2/records.js";

/** What was last said of a parameter in a group. */
export interface ParameterChange {
  /** As it was given, formulas too; unset: reset to what it is by default. */
  readonly value?: string;
  readonly method: "immediate" | "pending-reboot";
  /** The group's, from this change on. */
  readonly revision: number;
}

/** A DB parameter group, or a DB cluster parameter group. */
export interface ParameterGroup {
  readonly name: string;
  readonly family: string;
  readonly description: string;
  /** Counts the changes, so that a server can tell those made since it has the group. */
  readonly revision: number;
  /** By name. */
  readonly parameters: Readonly<Record<string, ParameterChange>>;
  readonly tags: Tags;
}

/** By name. */
export const DBParameterGroups = recordType<ParameterGroup>("rds:DBParameterGroup");
/** By name. */
export const DBClusterParameterGroups = recordType<ParameterGroup>("rds:DBClusterParameterGroup");

/** The parameter group that a DB instance has. */
export interface ParameterMembership {
  readonly name: string;
  /** The group's when it was given: what was changed before takes effect with a restart only. */
  readonly revision: number;
  /** As DescribeDBInstances tells it. */
  readonly status: "in-sync" | "applying" | "pending-reboot";
  /** Another group than the server was started with. */
  readonly isNew: boolean;
  /** Its status once its server has been told what the group said at this revision; there while the server is being told. */
  readonly next?: { readonly status: "in-sync" | "pending-reboot"; readonly revision: number };
}
