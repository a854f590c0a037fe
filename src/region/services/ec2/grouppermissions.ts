import type { IpPermission, UserIdGroupPair } from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { peeringBetween } from "./grouprulechanges.js";
import { groupIdOf } from "./groups.js";
import { SecurityGroups } from "./records.js";

/** What a request says of rules, in whichever form. */
export interface StatedRules {
  readonly IpPermissions?: readonly IpPermission[] | undefined;
  readonly IpProtocol?: string | undefined;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
  readonly CidrIp?: string | undefined;
  readonly SourceSecurityGroupName?: string | undefined;
  readonly SourceSecurityGroupOwnerId?: string | undefined;
}

/**
 * The permissions of a request for a group: the list, or the one rule that the short form of EC2-Classic's days says. Groups by
 * their ids.
 */
export async function permissionsOf(call: Call, groupId: string, input: StatedRules): Promise<readonly IpPermission[]> {
  const short = input.IpProtocol !== undefined || input.CidrIp !== undefined || input.SourceSecurityGroupName !== undefined;
  if (short && input.IpPermissions !== undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "The parameter ipPermissions cannot be used with the parameters of a single rule",
    );
  const { IpProtocol = "-1", FromPort, ToPort, CidrIp, SourceSecurityGroupName: GroupName } = input;
  const single: IpPermission = {
    IpProtocol,
    FromPort,
    ToPort,
    IpRanges: CidrIp === undefined ? [] : [{ CidrIp }],
    UserIdGroupPairs: GroupName === undefined ? [] : [{ GroupName, UserId: input.SourceSecurityGroupOwnerId }],
  };
  const permissions = short ? [single] : (input.IpPermissions ?? []);
  return Promise.all(
    permissions.map(async (permission) => ({
      ...permission,
      UserIdGroupPairs: await Promise.all((permission.UserIdGroupPairs ?? []).map((pair) => withId(call, groupId, pair))),
    })),
  );
}

async function withId(call: Call, groupId: string, pair: UserIdGroupPair): Promise<UserIdGroupPair> {
  // The CLI names another account's group as `123456789012/sg-…` in one member.
  if (pair.UserId !== undefined && pair.UserId !== "" && pair.UserId !== call.accountId)
    throw new NotModelled(`security groups of another account (${pair.UserId})`);
  const named = { ...pair, GroupId: await groupIdOf(call, pair.GroupId, pair.GroupName) };
  checkWhere(call, groupId, named);
  return named;
}

/**
 * A pair may say where its group is: in which VPC, and over which peering connection. What is over (a group that is gone, a
 * connection that was deleted) is not held against it, so that stale rules can be revoked.
 */
function checkWhere(call: Pick<Call, "records">, groupId: string, { GroupId = "", ...pair }: UserIdGroupPair): void {
  const own = call.records.get(SecurityGroups, groupId)?.vpcId;
  const other = call.records.get(SecurityGroups, GroupId)?.vpcId;
  if (own === undefined || other === undefined) return;
  if (pair.VpcId !== undefined && pair.VpcId !== "" && pair.VpcId !== other)
    throw new ServiceFault("InvalidGroup.NotFound", `The security group '${GroupId}' does not exist in VPC '${pair.VpcId}'`);
  const stated = pair.VpcPeeringConnectionId;
  if (stated === undefined || stated === "") return;
  const peering = peeringBetween(call, own, other)?.vpcPeeringConnectionId;
  if (own === other || (peering !== undefined && peering !== stated))
    throw new ServiceFault(
      "InvalidParameterValue",
      `The VPC peering connection ${stated} does not lead from ${own} of ${groupId} to ${other} of ${GroupId}.`,
    );
}
