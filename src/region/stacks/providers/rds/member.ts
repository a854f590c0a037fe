import type { Call } from "../../../operations/call.js";
import { createMember } from "../../../services/rds/clustermembers.js";
import { defaultParameterGroup } from "../../../services/rds/parametermembership.js";
import { theEngine } from "../../../services/rds/engines.js";
import { theDBInstance } from "../../../services/rds/instances.js";
import { checkMember, checkMemberChange } from "../../../services/rds/memberrules.js";
import { modifyDBInstance } from "../../../services/rds/modifying.js";
import { DBClusters, type DBInstance, type DBInstanceSettings } from "../../../services/rds/records.js";
import type { Naming, Properties, PropertyChange } from "../../provider.js";
import { optionalFlag, optionalText, tagsOf, text } from "../properties.js";

/** A member of a DB cluster, by the properties of AWS::RDS::DBInstance. */
export const isMember = (given: Properties): boolean => optionalText(given, "DBClusterIdentifier") !== undefined;

/** By the names of RDS's own operations. */
const asSaid = ({ VPCSecurityGroups, ...given }: Properties): Properties => ({
  ...given,
  VpcSecurityGroupIds: VPCSecurityGroups,
});

export async function createMemberAsSaid(
  call: Call,
  given: Properties,
  settings: Partial<DBInstanceSettings>,
  naming: Naming,
  identifier: string,
): Promise<DBInstance> {
  checkMember(asSaid(given));
  return createMember(
    call,
    text(given, "DBClusterIdentifier"),
    {
      identifier,
      instanceClass: text(given, "DBInstanceClass"),
      engineVersion: optionalText(given, "EngineVersion"),
      subnetGroupName: optionalText(given, "DBSubnetGroupName"),
      zone: optionalText(given, "AvailabilityZone"),
      publiclyAccessible: optionalFlag(given, "PubliclyAccessible"),
      parameterGroupName: optionalText(given, "DBParameterGroupName"),
      optionGroupName: optionalText(given, "OptionGroupName"),
      settings,
      tags: tagsOf(given, naming),
    },
    text(given, "Engine"),
  );
}

/** What is its cluster's may stay unsaid, or as it was said. */
export async function changeMemberAsSaid(
  call: Call,
  id: string,
  { from, to }: PropertyChange,
  settings: Partial<DBInstanceSettings>,
  naming: Naming,
): Promise<void> {
  const db = theDBInstance(call, id);
  const changed = Object.fromEntries(
    Object.entries(asSaid(to)).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(asSaid(from)[name])),
  );
  checkMemberChange(changed, call.records.get(DBClusters, db.clusterId ?? "")?.kind === "multi-az");
  const { autoMinorVersionUpgrade, caCertificateIdentifier, copyTagsToSnapshot, preferredMaintenanceWindow } = settings;
  const { monitoringInterval, monitoringRoleArn, performanceInsights, performanceInsightsRetention } = settings;
  const own = { autoMinorVersionUpgrade, caCertificateIdentifier, copyTagsToSnapshot, preferredMaintenanceWindow };
  await modifyDBInstance(call, id, {
    instanceClass: text(to, "DBInstanceClass"),
    parameterGroupName: optionalText(to, "DBParameterGroupName") ?? defaultParameterGroup(theEngine(db.engine), db.engineVersion),
    optionGroupName: optionalText(to, "OptionGroupName"),
    settings: {
      ...own,
      monitoringInterval,
      monitoringRoleArn,
      performanceInsights,
      performanceInsightsRetention,
    } as Partial<DBInstanceSettings>,
    tags: tagsOf(to, naming),
    immediately: true,
  });
}
