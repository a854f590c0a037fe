import { type CloudTrailClient, DescribeTrailsCommand, GetTrailStatusCommand, type Trail } from "@aws-sdk/client-cloudtrail";
import type { Said } from "../described.js";
import { isUnknown } from "../maybe.js";
import { told } from "../told.js";
import { eachOf, type Reading } from "./reading.js";
import type { ReadRoom } from "./room.js";

const trailType = "AWS::CloudTrail::Trail";

/** Trails that record this region, also those whose home is another region, or the organization's account. */
export const readTrails: ReadRoom = async (clients, reading) => {
  const client = await clients.cloudtrail();
  const answer = await reading.listed(
    "cloudtrail:DescribeTrails",
    [trailType],
    client.send(new DescribeTrailsCommand({ includeShadowTrails: true })),
  );
  const trails = answer?.trailList ?? [];
  const logging = await eachOf(trails, (trail) => isLogging(client, reading, trail));
  return {
    register: (names) => {
      for (const { Name = "", TrailARN } of trails)
        names.register({ type: trailType, physicalId: TrailARN ?? Name, also: [Name], otherwise: Name });
    },
    describe: (names) =>
      trails.map(({ Name = "", TrailARN, ...trail }, index) => ({
        id: names.idOf(trailType, TrailARN ?? Name),
        type: trailType,
        physicalId: Name,
        properties: told({
          TrailName: Name,
          S3BucketName: trail.S3BucketName === undefined ? undefined : names.ref("AWS::S3::Bucket", trail.S3BucketName),
          IsMultiRegionTrail: trail.IsMultiRegionTrail,
          EnableLogFileValidation: trail.LogFileValidationEnabled,
          IsLogging: logging[index],
        }),
      })),
  };
};

async function isLogging(client: CloudTrailClient, reading: Reading, { TrailARN, Name }: Trail): Promise<Said | undefined> {
  const status = await reading.one(
    "cloudtrail:GetTrailStatus",
    client.send(new GetTrailStatusCommand({ Name: TrailARN ?? Name })),
  );
  return isUnknown(status) ? status : status?.IsLogging;
}
