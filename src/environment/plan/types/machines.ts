import type { Said } from "../../described.js";
import { Unknown } from "../../maybe.js";
import { told } from "../../told.js";
import type { Block } from "../block.js";
import { itself, nothing, physicalIdOf, tagsOf, type Mappers } from "../part.js";
import { groupTypes } from "./filtering.js";
import { subnetTypes } from "./network.js";

const templateType = "aws_launch_template";
export const profileType = "aws_iam_instance_profile";

/** Instances and interfaces. */
export const machineMappers: Mappers = {
  aws_instance: (block) => [
    {
      type: "AWS::EC2::Instance",
      ...physicalIdOf(block),
      properties: told({
        ImageId: block.at("ami"),
        InstanceType: block.at("instance_type"),
        KeyName: block.at("key_name"),
        AvailabilityZone: block.at("availability_zone"),
        IamInstanceProfile: block.ref("iam_instance_profile", profileType),
        LaunchTemplate: templateOf(block.block("launch_template")),
        MetadataOptions: metadataOf(block.block("metadata_options")),
        Monitoring: block.at("monitoring"),
        DisableApiTermination: block.at("disable_api_termination"),
        UserData: userDataOf(block),
        BlockDeviceMappings: volumesOf(block),
        ...networkOf(block),
        Tags: tagsOf(block),
      }),
      attributes: told({
        PublicIp: block.isUnknown("public_ip") ? undefined : block.at("public_ip"),
        AvailabilityZone: block.isUnknown("availability_zone") ? undefined : block.at("availability_zone"),
      }),
    },
  ],
  aws_network_interface: (block) => [
    {
      type: "AWS::EC2::NetworkInterface",
      ...physicalIdOf(block),
      properties: told({
        SubnetId: block.ref("subnet_id", ...subnetTypes),
        GroupSet: block.refs("security_groups", ...groupTypes),
        SourceDestCheck: block.at("source_dest_check"),
        PrivateIpAddress: block.refs("private_ips")?.[0],
        Description: block.at("description"),
        Tags: tagsOf(block),
      }),
    },
    ...block.blocks("attachment").map((attachment, index) => ({
      suffix: `attachment${index}`,
      type: "AWS::EC2::NetworkInterfaceAttachment",
      properties: told({
        NetworkInterfaceId: itself(block),
        InstanceId: attachment.ref("instance", "aws_instance"),
        DeviceIndex: attachment.at("device_index"),
      }),
    })),
  ],
  aws_network_interface_attachment: (block) => [
    {
      type: "AWS::EC2::NetworkInterfaceAttachment",
      properties: told({
        NetworkInterfaceId: block.ref("network_interface_id", "aws_network_interface"),
        InstanceId: block.ref("instance_id", "aws_instance"),
        DeviceIndex: block.at("device_index"),
      }),
    },
  ],
  aws_key_pair: nothing,
};

/** An instance's own network, or interfaces that are resources of their own. */
function networkOf(block: Block): Record<string, Said | undefined> {
  const cards = block.isUnknown("network_interface") ? [] : block.blocks("network_interface");
  if (cards.length > 0) return { NetworkInterfaces: cards.map(cardOf) };
  const subnet = block.ref("subnet_id", ...subnetTypes);
  const groups = block.refs("vpc_security_group_ids", ...groupTypes) ?? block.refs("security_groups", ...groupTypes);
  const address = block.isUnknown("private_ip") ? undefined : block.at("private_ip");
  const isPublic = block.at("associate_public_ip_address");
  const plain = {
    SubnetId: subnet,
    SecurityGroupIds: listOf(groups),
    PrivateIpAddress: address,
    SourceDestCheck: block.at("source_dest_check"),
  };
  // CloudFormation says this of an interface only.
  if (isPublic === undefined || subnet === undefined) return plain;
  return {
    SourceDestCheck: plain.SourceDestCheck,
    NetworkInterfaces: [
      told({
        DeviceIndex: "0",
        SubnetId: subnet,
        GroupSet: listOf(groups),
        PrivateIpAddress: address,
        AssociatePublicIpAddress: isPublic,
      }),
    ],
  };
}

export const listOf = (list: readonly Said[] | undefined): Said | undefined =>
  list === undefined || list.length === 0 ? undefined : list;

export const cardOf = (card: Block): Said =>
  told({
    DeviceIndex: card.at("device_index") ?? 0,
    NetworkInterfaceId: card.ref("network_interface_id", "aws_network_interface"),
    SubnetId: card.ref("subnet_id", ...subnetTypes),
    Groups: listOf(card.refs("security_groups", ...groupTypes)),
    AssociatePublicIpAddress: card.at("associate_public_ip_address"),
    PrivateIpAddress: card.at("private_ip_address"),
  });

export const metadataOf = (options: Block | undefined): Said | undefined =>
  options === undefined
    ? undefined
    : told({
        HttpTokens: options.at("http_tokens"),
        HttpEndpoint: options.at("http_endpoint"),
        HttpPutResponseHopLimit: options.at("http_put_response_hop_limit"),
      });

export const templateOf = (block: Block | undefined): Said | undefined =>
  block === undefined
    ? undefined
    : told({
        LaunchTemplateId: block.ref("id", templateType) ?? block.ref("launch_template_id", templateType),
        LaunchTemplateName: block.ref("name", templateType) ?? block.ref("launch_template_name", templateType),
        Version: block.at("version"),
      });

/** Older versions of the provider keep a hash of the text only; where the text is a constant, the configuration has it. */
export function userDataOf(block: Block): Said | undefined {
  const encoded = block.isUnknown("user_data_base64") ? undefined : block.at("user_data_base64");
  if (encoded !== undefined) return encoded;
  const value = block.at("user_data");
  if (typeof value !== "string") return value;
  const written = block.written("user_data");
  if (typeof written === "string") return Buffer.from(written).toString("base64");
  if (/^[0-9a-f]{40}$/.test(value))
    return new Unknown(`Terraform keeps only a hash of the user data of ${block.resource.address}`);
  return Buffer.from(value).toString("base64");
}

export const ebsOf = (volume: Block): Said =>
  told({
    VolumeSize: volume.at("volume_size"),
    VolumeType: volume.at("volume_type"),
    Encrypted: volume.at("encrypted"),
    DeleteOnTermination: volume.at("delete_on_termination"),
  });

/** The root volume's device is the image's to say. */
export function volumesOf(block: Block): Said | undefined {
  const [root] = block.isUnknown("root_block_device") ? [] : block.blocks("root_block_device");
  const others = block.isUnknown("ebs_block_device") ? [] : block.blocks("ebs_block_device");
  return listOf([
    ...(root === undefined ? [] : [told({ DeviceName: deviceOf(root, "/dev/xvda"), Ebs: ebsOf(root) })]),
    ...others.map((volume) => told({ DeviceName: volume.at("device_name"), Ebs: ebsOf(volume) })),
  ]);
}

const deviceOf = (root: Block, otherwise: string): Said => {
  const stated = root.isUnknown("device_name") ? undefined : root.at("device_name");
  return stated ?? otherwise;
};
