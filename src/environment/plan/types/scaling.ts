import type { Said } from "../../described.js";
import { told } from "../../told.js";
import type { Block } from "../block.js";
import { nothing, physicalIdOf, settingsOf, type Mappers } from "../part.js";
import { groupTypes } from "./filtering.js";
import { cardOf, ebsOf, listOf, metadataOf, profileType, templateOf, userDataOf, volumesOf } from "./machines.js";
import { subnetTypes } from "./network.js";

const targetGroupTypes = ["aws_lb_target_group", "aws_alb_target_group"] as const;

/** Launch templates, and the Auto Scaling groups that are made from them. */
export const scalingMappers: Mappers = {
  aws_launch_template: (block) => [
    {
      type: "AWS::EC2::LaunchTemplate",
      ...physicalIdOf(block),
      properties: told({
        LaunchTemplateName: block.at("name"),
        LaunchTemplateData: told({
          ImageId: block.at("image_id"),
          InstanceType: block.at("instance_type"),
          KeyName: block.at("key_name"),
          IamInstanceProfile: profileOf(block.block("iam_instance_profile")),
          SecurityGroupIds: listOf(block.refs("vpc_security_group_ids", ...groupTypes)),
          MetadataOptions: metadataOf(block.block("metadata_options")),
          Monitoring: monitoringOf(block.block("monitoring")),
          // A launch template's is base64 already.
          UserData: block.at("user_data"),
          BlockDeviceMappings: listOf(block.blocks("block_device_mappings").map(mappingOf)),
          NetworkInterfaces: listOf(block.blocks("network_interfaces").map(cardOf)),
        }),
      }),
    },
  ],
  aws_launch_configuration: (block) => [
    {
      type: "AWS::AutoScaling::LaunchConfiguration",
      ...physicalIdOf(block),
      properties: told({
        LaunchConfigurationName: block.at("name"),
        ImageId: block.at("image_id"),
        InstanceType: block.at("instance_type"),
        KeyName: block.at("key_name"),
        IamInstanceProfile: block.ref("iam_instance_profile", profileType),
        SecurityGroups: block.refs("security_groups", ...groupTypes),
        AssociatePublicIpAddress: block.at("associate_public_ip_address"),
        InstanceMonitoring: block.at("enable_monitoring"),
        MetadataOptions: metadataOf(block.block("metadata_options")),
        UserData: userDataOf(block),
        BlockDeviceMappings: volumesOf(block),
      }),
    },
  ],
  aws_autoscaling_group: (block) => [
    {
      type: "AWS::AutoScaling::AutoScalingGroup",
      ...physicalIdOf(block, "name"),
      properties: told({
        AutoScalingGroupName: block.at("name"),
        VPCZoneIdentifier: block.refs("vpc_zone_identifier", ...subnetTypes),
        AvailabilityZones: block.isUnknown("availability_zones") ? undefined : block.refs("availability_zones"),
        MinSize: block.at("min_size"),
        MaxSize: block.at("max_size"),
        DesiredCapacity: block.at("desired_capacity"),
        LaunchTemplate: templateOf(block.block("launch_template")),
        LaunchConfigurationName: block.ref("launch_configuration", "aws_launch_configuration"),
        MixedInstancesPolicy: mixedOf(block.block("mixed_instances_policy")),
        HealthCheckType: block.at("health_check_type"),
        HealthCheckGracePeriod: block.at("health_check_grace_period"),
        TargetGroupARNs: targetGroupsOf(block),
        Tags: listOf(
          block
            .blocks("tag")
            .map((tag) => told({ Key: tag.at("key"), Value: tag.at("value"), PropagateAtLaunch: tag.at("propagate_at_launch") })),
        ),
      }),
    },
  ],
  aws_autoscaling_attachment: nothing,
  aws_autoscaling_policy: (block) => [
    {
      type: "AWS::AutoScaling::ScalingPolicy",
      ...physicalIdOf(block, "arn"),
      properties: told({
        AutoScalingGroupName: block.ref("autoscaling_group_name", "aws_autoscaling_group"),
        PolicyType: block.at("policy_type"),
        AdjustmentType: block.at("adjustment_type"),
        ScalingAdjustment: block.at("scaling_adjustment"),
      }),
    },
  ],
};

const monitoringOf = (block: Block | undefined): Said | undefined =>
  block === undefined ? undefined : told({ Enabled: block.at("enabled") });

const profileOf = (block: Block | undefined): Said | undefined =>
  block === undefined ? undefined : told({ Name: block.ref("name", profileType), Arn: block.ref("arn", profileType) });

function mixedOf(block: Block | undefined): Said | undefined {
  const template = block?.block("launch_template");
  return template === undefined
    ? undefined
    : {
        LaunchTemplate: told({
          LaunchTemplateSpecification: templateOf(template.block("launch_template_specification")),
          Overrides: listOf(template.blocks("override").map((each) => told({ InstanceType: each.at("instance_type") }))),
        }),
      };
}

function targetGroupsOf(block: Block): Said | undefined {
  const attached = settingsOf(block, "aws_autoscaling_attachment", "autoscaling_group_name").flatMap((each) => {
    const group = each.ref("lb_target_group_arn", ...targetGroupTypes);
    return group === undefined ? [] : [group];
  });
  return listOf([...(block.refs("target_group_arns", ...targetGroupTypes) ?? []), ...attached]);
}

const mappingOf = (mapping: Block): Said => {
  const ebs = mapping.block("ebs");
  return told({ DeviceName: mapping.at("device_name"), Ebs: ebs === undefined ? undefined : ebsOf(ebs) });
};
