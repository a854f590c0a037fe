import { recordType } from "../../records/records.js";

/** IAM is global. Times are milliseconds since the epoch. */

export interface Role {
  readonly roleName: string;
  readonly roleId: string;
  readonly arn: string;
  readonly path: string;
  /** JSON text, as sent. */
  readonly assumeRolePolicy: string;
  readonly description?: string;
  readonly maxSessionDuration: number;
  readonly managedPolicyArns: readonly string[];
  /** Name -> JSON text. */
  readonly inlinePolicies: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}
export const Roles = recordType<Role>("iam:Role", { global: true });

export interface InstanceProfile {
  readonly name: string;
  readonly profileId: string;
  readonly arn: string;
  readonly path: string;
  readonly roleName?: string;
  readonly createdAt: number;
}
export const InstanceProfiles = recordType<InstanceProfile>("iam:InstanceProfile", { global: true });

/** Temporary credentials of a role, made by STS. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly roleName: string;
  readonly sessionName: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}
export const Sessions = recordType<Session>("sts:Session", { global: true, sealed: ["secretAccessKey", "sessionToken"] });
