import { ServiceFault } from "../../operations/fault.js";
import type { EngineName } from "./records.js";

/**
 * What AWS demands of a DB instance's names and password
 * (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html). Each throws `ServiceFault`.
 */
const invalid = (message: string): ServiceFault => new ServiceFault("InvalidParameterValue", message);

export function checkIdentifier(identifier: string, member = "DBInstanceIdentifier"): string {
  if (!/^[a-z](?:-?[a-z0-9])*$/i.test(identifier) || identifier.length > 63)
    throw invalid(
      `The parameter ${member} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  return identifier.toLowerCase();
}

/** What the master user of an engine may be called, and how long names and passwords may be. */
interface MasterRules {
  readonly longestName: number;
  readonly longestPassword: number;
  readonly reserved: RegExp;
}

/** `admin` is what AWS's console calls the master user of MySQL. Of the engines that are run all have a role PUBLIC. */
const mysql = { longestName: 16, longestPassword: 41, reserved: /^(rdsadmin|rdsrepladmin|public)$/i };
const postgres = {
  longestName: 63,
  reserved: /^(rdsadmin|rdsrepladmin|public|admin|rds_superuser|user|session_user|current_user|pg_.*)$/i,
};

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.CreateInstance.html for those of Aurora */
const masterRules: Readonly<Record<EngineName, MasterRules>> = {
  postgres: { ...postgres, longestPassword: 128 },
  "aurora-postgresql": { ...postgres, longestPassword: 99 },
  mysql,
  mariadb: mysql,
  "aurora-mysql": mysql,
};

export function checkMasterUsername(engine: EngineName, name: string | undefined): string {
  if (name === undefined || name === "") throw invalid("The parameter MasterUsername must be provided and must not be blank.");
  const { longestName, reserved } = masterRules[engine];
  if (!/^[a-z][a-z0-9_]*$/i.test(name) || name.length > longestName)
    throw invalid(
      `The parameter MasterUsername is not a valid identifier. It must begin with a letter, contain only letters, digits and underscores, and have ${longestName} characters at most for ${engine}.`,
    );
  if (reserved.test(name)) throw invalid(`MasterUsername ${name} cannot be used as it is a reserved word used by the engine`);
  return name;
}

export function checkMasterPassword(engine: EngineName, password: string | undefined): string {
  if (password === undefined || password === "")
    throw invalid("The parameter MasterUserPassword must be provided and must not be blank.");
  const { longestPassword } = masterRules[engine];
  if (password.length < 8)
    throw invalid("The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.");
  if (password.length > longestPassword)
    throw invalid(
      `The parameter MasterUserPassword is not a valid password because it is longer than ${longestPassword} characters.`,
    );
  if (!/^[!-~]+$/.test(password) || /[/@"]/.test(password))
    throw invalid(
      `The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '"', ' ' may be used.`,
    );
  return password;
}

export function checkDatabaseName(name: string | undefined): string | undefined {
  if (name === undefined || name === "") return undefined;
  if (!/^[a-z][a-z0-9_]{0,62}$/i.test(name))
    throw invalid("DBName must begin with a letter and contain only alphanumeric characters.");
  if (["rdsadmin", "template0", "template1"].includes(name.toLowerCase()))
    throw invalid(`Database name ${name} cannot be used. It is a reserved word for this engine`);
  return name;
}

export function checkPort(port: number | undefined, standard: number): number {
  if (port === undefined) return standard;
  if (!Number.isInteger(port) || port < 1150 || port > 65535)
    throw invalid(`Invalid database port: ${port}. It must be from 1150 to 65535.`);
  return port;
}

/** Least and most GiB for PostgreSQL by storage type. */
const storageLimits: Readonly<Record<string, readonly [number, number]>> = {
  gp2: [20, 65536],
  gp3: [20, 65536],
  io1: [100, 65536],
  io2: [100, 65536],
  standard: [5, 3072],
};

export function checkStorage(engine: string, type: string, gib: number | undefined): number {
  const limits = Object.hasOwn(storageLimits, type) ? storageLimits[type] : undefined;
  if (limits === undefined) throw invalid(`Invalid storage type: ${type}`);
  if (gib === undefined) throw invalid("Invalid storage size: the parameter AllocatedStorage must be provided.");
  if (!Number.isInteger(gib) || gib < limits[0] || gib > limits[1])
    throw invalid(`Invalid storage size for engine name ${engine} and storage type ${type}: ${gib}`);
  return gib;
}

/** Types of storage whose speed is part of what is bought. */
const provisioned = ["io1", "io2"];

/** What must be said beside a type of storage. @throws InvalidParameterCombination */
export function checkIops(type: string, iops: number | undefined): void {
  if (provisioned.includes(type) && iops === undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `Iops must be specified for the storage type ${type}: give Iops, or choose gp3.`,
    );
}

/** Up to where storage may grow by itself. @throws InvalidParameterCombination */
export function checkMaxStorage(most: number | undefined, gib: number): void {
  if (most !== undefined && most <= gib)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `Max storage size must be greater than storage size: MaxAllocatedStorage is ${most}, and AllocatedStorage ${gib}.`,
    );
}
