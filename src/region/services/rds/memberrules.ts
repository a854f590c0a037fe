import { ServiceFault } from "../../operations/fault.js";

/** What of a member is its DB cluster's, by the names of CreateDBInstance and ModifyDBInstance, in the words of AWS's faults. */
const ofCluster: Readonly<Record<string, string>> = {
  AllocatedStorage: "allocated storage",
  BackupRetentionPeriod: "backup retention",
  DBName: "database name",
  DeletionProtection: "deletion protection",
  EnableCloudwatchLogsExports: "CloudWatch Logs exports",
  Iops: "provisioned IOPS",
  KmsKeyId: "KMS key",
  ManageMasterUserPassword: "master user password management",
  MasterUserPassword: "master user password",
  MasterUserSecretKmsKeyId: "master user secret KMS key",
  MasterUsername: "master user name",
  MaxAllocatedStorage: "storage autoscaling",
  MultiAZ: "Multi-AZ",
  Port: "endpoint port",
  PreferredBackupWindow: "backup window",
  RotateMasterUserPassword: "master user password rotation",
  StorageEncrypted: "storage encryption",
  StorageThroughput: "storage throughput",
  StorageType: "storage type",
  VpcSecurityGroupIds: "vpc security group",
};

type Said = Readonly<Record<string, unknown>>;

const combination = (message: string): ServiceFault => new ServiceFault("InvalidParameterCombination", message);
const saysNothing = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);
const firstOf = (names: readonly string[], isSaid: (name: string) => boolean): string | undefined => names.find(isSaid);

/** Hold what CreateDBInstance says of a member against what is its cluster's; that it does not have something may be said. */
export function checkMember(said: Said): void {
  const name = firstOf(Object.keys(ofCluster), (each) => !saysNothing(said[each]) && String(said[each]) !== "false");
  if (name !== undefined)
    throw combination(
      `The requested DB Instance will be a member of a DB Cluster. Set ${ofCluster[name]} for the DB Cluster. (${name})`,
    );
}

/** The same of ModifyDBInstance. All members of a Multi-AZ DB cluster have its class. */
export function checkMemberChange(said: Said, isMultiAz: boolean): void {
  const phrases = isMultiAz ? { ...ofCluster, DBInstanceClass: "DB instance class" } : ofCluster;
  const name = firstOf(Object.keys(phrases), (each) => !saysNothing(said[each]));
  if (name !== undefined)
    throw combination(
      `The specified DB Instance is a member of a cluster. Modify ${phrases[name as keyof typeof phrases]} for the DB Cluster using the ModifyDbCluster API. (${name})`,
    );
}
