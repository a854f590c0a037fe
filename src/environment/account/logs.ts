import { paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { told } from "../told.js";
import type { ReadRoom } from "./room.js";

const groupType = "AWS::Logs::LogGroup";

/** Log groups, also those that services make for themselves. */
export const readLogGroups: ReadRoom = async (clients, reading) => {
  const client = await clients.logs();
  const groups = await reading.all(
    "logs:DescribeLogGroups",
    [groupType],
    paginateDescribeLogGroups({ client }, {}),
    (page) => page.logGroups,
  );
  return {
    register: (names) => {
      for (const { logGroupName = "", logGroupArn } of groups)
        names.register({ type: groupType, physicalId: logGroupName, also: [logGroupArn] });
    },
    describe: (names) =>
      groups.map(({ logGroupName, retentionInDays, kmsKeyId }) => ({
        id: names.idOf(groupType, logGroupName),
        type: groupType,
        physicalId: logGroupName,
        properties: told({
          LogGroupName: logGroupName,
          RetentionInDays: retentionInDays,
          KmsKeyId: kmsKeyId === undefined ? undefined : names.ref("AWS::KMS::Key", kmsKeyId),
        }),
      })),
  };
};
