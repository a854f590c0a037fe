import { type EC2Client, paginateDescribeImages } from "@aws-sdk/client-ec2";
import type { Described, Said } from "../../described.js";
import { isUnknown, Unknown } from "../../maybe.js";
import type { Reading } from "../reading.js";

/** Names of the machine images that instances, launch templates and launch configurations use. One that was deregistered has none. */
export async function readImageNames(
  client: EC2Client,
  reading: Reading,
  resources: readonly Described[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [
    ...new Set(resources.flatMap(({ properties }) => [imageOf(properties), imageOf(properties["LaunchTemplateData"])])),
  ];
  const Values = ids.filter((id) => id !== undefined);
  if (Values.length === 0) return new Map();
  const read = async (): Promise<ReadonlyMap<string, string>> => {
    const found = new Map<string, string>();
    // Not by ImageIds: one that is gone would refuse the whole request. A filter takes 200 values.
    for (let from = 0; from < Values.length; from += 200) {
      const Filters = [{ Name: "image-id", Values: Values.slice(from, from + 200) }];
      for await (const page of paginateDescribeImages({ client }, { Filters }))
        for (const { ImageId = "", Name } of page.Images ?? []) if (Name !== undefined) found.set(ImageId, Name);
    }
    return found;
  };
  const names = await reading.one("ec2:DescribeImages", read());
  return names === undefined || isUnknown(names) ? new Map() : names;
}

function imageOf(said: Said | undefined): string | undefined {
  if (typeof said !== "object" || said === null || said instanceof Unknown || !("ImageId" in said)) return undefined;
  return typeof said.ImageId === "string" ? said.ImageId : undefined;
}
