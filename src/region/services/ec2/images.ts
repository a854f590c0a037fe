import { createHash } from "node:crypto";
import type { DescribeImagesCommandInput, DescribeImagesCommandOutput, Image as ApiImage } from "@aws-sdk/client-ec2";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, recordType, type Commit } from "../../records/records.js";
import { describeRules, select } from "./lists.js";

/**
 * Machine images. There is one real image, Debian 12, with the packages that the environments' recipes ask for; it stands in for
 * the distributions below, each with an image id of its own.
 */
export interface MachineImage {
  readonly imageId: string;
  readonly distribution: Distribution["name"];
  /** What the recipes asked for beyond the base image, sorted. */
  readonly packages: readonly string[];
  readonly createdAt: number;
}
export const MachineImages = recordType<MachineImage>("ec2:Image");

export interface Distribution {
  readonly name: "debian-12" | "amazon-linux-2023";
  readonly title: string;
  /** The user a login goes to. */
  readonly user: string;
  /** Public SSM parameters that AWS or the distribution keeps pointing at the latest image. */
  readonly parameters: readonly string[];
}

/** https://wiki.debian.org/Cloud/AmazonEC2Image and https://docs.aws.amazon.com/linux/al2023/ug/ec2.html */
export const distributions: readonly Distribution[] = [
  {
    name: "debian-12",
    title: "Debian 12",
    user: "admin",
    parameters: ["/aws/service/debian/release/12/latest/amd64", "/aws/service/debian/release/bookworm/latest/amd64"],
  },
  {
    name: "amazon-linux-2023",
    title: "Amazon Linux 2023",
    user: "ec2-user",
    parameters: [
      "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
      "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64",
      "/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-x86_64",
    ],
  },
];

/** The latest image of a distribution: the one with every package asked for so far. */
export function latestImage(scope: Scope, distribution: Distribution["name"]): MachineImage {
  const known = scope.records.list(MachineImages).filter((image) => image.distribution === distribution);
  return known.at(-1) ?? imageOf(distribution, [], scope.now());
}

/** The changes that make images with these packages the latest ones, added to what earlier recipes asked for. */
export function registerImages(scope: Scope, packages: readonly string[]): Commit {
  return distributions.flatMap(({ name }) => {
    const latest = latestImage(scope, name);
    const image = imageOf(name, [...new Set([...latest.packages, ...packages])].sort(), scope.now());
    return image.imageId === latest.imageId && scope.records.get(MachineImages, image.imageId) !== undefined
      ? []
      : [put(MachineImages, image.imageId, image)];
  });
}

/** An image by id. One that only its SSM parameter has told of so far exists all the same. */
export function theImage(scope: Scope, imageId: string | undefined): MachineImage {
  const image =
    (imageId === undefined ? undefined : scope.records.get(MachineImages, imageId)) ??
    distributions.map(({ name }) => imageOf(name, [], scope.now())).find((base) => base.imageId === imageId);
  if (image === undefined)
    throw new ServiceFault(
      "InvalidAMIID.NotFound",
      `The image id '[${imageId}]' does not exist. Sandtable's images are found through public SSM parameters such as ${distributions[0]?.parameters[0]}.`,
    );
  return image;
}

const imageOf = (distribution: Distribution["name"], packages: readonly string[], createdAt: number): MachineImage => ({
  imageId: `ami-0${createHash("sha256")
    .update(`${distribution} ${packages.join(" ")}`)
    .digest("hex")
    .slice(0, 16)}`,
  distribution,
  packages,
  createdAt,
});

const titleOf = (image: MachineImage): string =>
  distributions.find(({ name }) => name === image.distribution)?.title ?? image.distribution;

const describe = (image: MachineImage): ApiImage => ({
  ImageId: image.imageId,
  Name: `sandtable-${image.distribution}${image.packages.length === 0 ? "" : `-with-${image.packages.join("-")}`}`.slice(0, 128),
  Description: `Sandtable's machine image (Debian 12), standing in for ${titleOf(image)}`,
  State: "available",
  Architecture: "x86_64",
  ImageType: "machine",
  Public: true,
  OwnerId: "amazon",
  ImageOwnerAlias: "amazon",
  RootDeviceType: "ebs",
  RootDeviceName: "/dev/xvda",
  VirtualizationType: "hvm",
  Hypervisor: "xen",
  CreationDate: new Date(image.createdAt).toISOString(),
  PlatformDetails: "Linux/UNIX",
});

export const imageOperations: readonly Operation[] = [
  operation<DescribeImagesCommandInput, DescribeImagesCommandOutput>(
    "ec2",
    "DescribeImages",
    { ...describeRules, ImageIds: enforced, Owners: states(["amazon"]), IncludeDeprecated: states(false) },
    (call, input) => {
      const current = distributions.map(({ name }) => latestImage(call, name));
      const known = [...call.records.list(MachineImages), ...current].filter(
        (image, index, all) => all.findIndex((other) => other.imageId === image.imageId) === index,
      );
      const { page, NextToken } = select(known, input, {
        id: (image) => image.imageId,
        ids: input.ImageIds,
        notFound: ["InvalidAMIID.NotFound", "image id"],
        filters: {
          "image-id": (image) => image.imageId,
          name: (image) => describe(image).Name,
          state: () => "available",
          architecture: () => "x86_64",
          "virtualization-type": () => "hvm",
          "root-device-type": () => "ebs",
          "image-type": () => "machine",
          "owner-alias": () => "amazon",
        },
      });
      return { Images: page.map(describe), NextToken };
    },
  ),
];
