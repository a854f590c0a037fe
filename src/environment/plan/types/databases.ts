import type { Said } from "../../described.js";
import { Unknown } from "../../maybe.js";
import { told } from "../../told.js";
import type { Block } from "../block.js";
import { nothing, physicalIdOf, tagsOf, type Mappers } from "../part.js";
import { groupTypes } from "./filtering.js";
import { subnetTypes } from "./network.js";

const clusterType = "aws_rds_cluster";
const subnetGroupType = "aws_db_subnet_group";

/** RDS instances, clusters and subnet groups. */
export const databaseMappers: Mappers = {
  aws_db_subnet_group: (block) => [
    {
      type: "AWS::RDS::DBSubnetGroup",
      ...physicalIdOf(block, "name"),
      properties: told({
        DBSubnetGroupName: block.at("name"),
        DBSubnetGroupDescription: block.at("description"),
        SubnetIds: block.refs("subnet_ids", ...subnetTypes),
        Tags: tagsOf(block),
      }),
    },
  ],
  aws_db_parameter_group: nothing,
  aws_rds_cluster_parameter_group: nothing,
  aws_db_option_group: nothing,
  aws_db_instance: (block) => [
    {
      type: "AWS::RDS::DBInstance",
      ...physicalIdOf(block, "identifier"),
      deletionPolicy: policyOf(block),
      properties: told({
        ...commonOf(block),
        DBInstanceIdentifier: block.at("identifier"),
        DBInstanceClass: block.at("instance_class"),
        DBName: block.at("db_name"),
        AllocatedStorage: block.at("allocated_storage"),
        MultiAZ: block.at("multi_az"),
        AvailabilityZone: block.at("availability_zone"),
        PubliclyAccessible: block.at("publicly_accessible"),
        VPCSecurityGroups: listOf(block.refs("vpc_security_group_ids", ...groupTypes)),
        SourceDBInstanceIdentifier: block.ref("replicate_source_db", "aws_db_instance"),
        // The provider sends 0 where nothing is said: no automated backups, unlike CloudFormation. A replica has none of its own.
        BackupRetentionPeriod: block.at("backup_retention_period") ?? 0,
        EnablePerformanceInsights: block.at("performance_insights_enabled"),
        EnableIAMDatabaseAuthentication: block.at("iam_database_authentication_enabled"),
        MonitoringInterval: block.at("monitoring_interval"),
      }),
    },
  ],
  aws_rds_cluster: (block) => [
    {
      type: "AWS::RDS::DBCluster",
      ...physicalIdOf(block, "cluster_identifier"),
      deletionPolicy: policyOf(block),
      properties: told({
        ...commonOf(block),
        DBClusterIdentifier: block.at("cluster_identifier"),
        DBClusterInstanceClass: block.at("db_cluster_instance_class"),
        AllocatedStorage: block.at("allocated_storage"),
        DatabaseName: block.at("database_name"),
        VpcSecurityGroupIds: listOf(block.refs("vpc_security_group_ids", ...groupTypes)),
        BackupRetentionPeriod: block.at("backup_retention_period") ?? 1,
        EnableIAMDatabaseAuthentication: block.at("iam_database_authentication_enabled"),
      }),
    },
  ],
  aws_rds_cluster_instance: (block) => [
    {
      type: "AWS::RDS::DBInstance",
      ...physicalIdOf(block, "identifier"),
      properties: told({
        DBInstanceIdentifier: block.at("identifier"),
        DBClusterIdentifier: block.ref("cluster_identifier", clusterType),
        Engine: block.at("engine"),
        DBInstanceClass: block.at("instance_class"),
        AvailabilityZone: block.at("availability_zone"),
        PubliclyAccessible: block.at("publicly_accessible"),
        DBSubnetGroupName: block.ref("db_subnet_group_name", subnetGroupType, clusterType),
        EnablePerformanceInsights: block.at("performance_insights_enabled"),
        MonitoringInterval: block.at("monitoring_interval"),
        Tags: tagsOf(block),
      }),
    },
  ],
};

const commonOf = (block: Block): Record<string, Said | undefined> => ({
  Engine: block.at("engine"),
  EngineVersion: block.at("engine_version"),
  Port: block.at("port"),
  StorageEncrypted: block.at("storage_encrypted"),
  StorageType: block.at("storage_type"),
  KmsKeyId: block.ref("kms_key_id", "aws_kms_key", "aws_kms_alias"),
  DeletionProtection: block.at("deletion_protection"),
  PreferredBackupWindow: block.at("backup_window") ?? block.at("preferred_backup_window"),
  DBSubnetGroupName: block.ref("db_subnet_group_name", subnetGroupType),
  MasterUsername: block.at("username") ?? block.at("master_username"),
  MasterUserPassword: passwordOf(block, "password") ?? passwordOf(block, "master_password"),
  ManageMasterUserPassword: block.at("manage_master_user_password"),
  Tags: tagsOf(block),
});

/** A plan shows a variable's value in its place, so the expression says whether it is written there. */
function passwordOf(block: Block, name: string): Said | undefined {
  const { constant, sources } = block.origin(name);
  const value = block.at(name);
  if (constant) return value;
  const [variable] = sources.variables;
  if (variable !== undefined) return new Unknown(`${name} of ${block.resource.address} is the variable ${variable}`, variable);
  const secret = [...sources.targets.map(({ address }) => address), ...sources.others].find((from) =>
    /secretsmanager/.test(from),
  );
  // As CloudFormation writes it.
  if (secret !== undefined) return `{{resolve:secretsmanager:${secret}}}`;
  return value === undefined
    ? undefined
    : new Unknown(`a plan does not say where ${name} of ${block.resource.address} comes from`);
}

/** `terraform destroy` deletes, after a last snapshot unless it is told not to. */
const policyOf = (block: Block): string => (block.flag("skip_final_snapshot") ? "Delete" : "Snapshot");

const listOf = (list: readonly Said[] | undefined): Said | undefined =>
  list === undefined || list.length === 0 ? undefined : list;
