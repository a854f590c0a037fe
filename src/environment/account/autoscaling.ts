import {
  type AutoScalingGroup,
  type LaunchConfiguration,
  paginateDescribeAutoScalingGroups,
  paginateDescribeLaunchConfigurations,
  paginateDescribePolicies,
  type ScalingPolicy,
} from "@aws-sdk/client-auto-scaling";
import type { Described, Said } from "../described.js";
import { told } from "../told.js";
import { disksOf, readLaunchTemplates, type TemplateRoom, type TemplateUse } from "./ec2/launch-templates.js";
import type { Names } from "./names.js";
import { type ReadRoom, tagsOf } from "./room.js";

const groupType = "AWS::AutoScaling::AutoScalingGroup";
const policyType = "AWS::AutoScaling::ScalingPolicy";
const configurationType = "AWS::AutoScaling::LaunchConfiguration";

/** Auto Scaling groups, their policies, and what they launch by: launch templates and launch configurations. A group stands for its instances. */
export const readScaling: ReadRoom = async (clients, reading) => {
  const [client, ec2] = await Promise.all([clients.autoscaling(), clients.ec2()]);
  const [all, policies, configurations] = await Promise.all([
    reading.all(
      "autoscaling:DescribeAutoScalingGroups",
      [groupType],
      paginateDescribeAutoScalingGroups({ client }, {}),
      (page) => page.AutoScalingGroups,
    ),
    reading.all(
      "autoscaling:DescribePolicies",
      [policyType],
      paginateDescribePolicies({ client }, {}),
      (page) => page.ScalingPolicies,
    ),
    reading.all(
      "autoscaling:DescribeLaunchConfigurations",
      [configurationType],
      paginateDescribeLaunchConfigurations({ client }, {}),
      (page) => page.LaunchConfigurations,
    ),
  ]);
  // One that is being deleted says so by its status.
  const groups = all.filter(({ Status }) => Status === undefined);
  const templates = await readLaunchTemplates(ec2, reading, groups.flatMap(usesOf));
  return {
    register: (names) => {
      templates.register(names);
      for (const { AutoScalingGroupName = "", AutoScalingGroupARN, Instances = [] } of groups) {
        names.register({ type: groupType, physicalId: AutoScalingGroupName, also: [AutoScalingGroupARN] });
        for (const { InstanceId = "" } of Instances) names.represent(InstanceId);
      }
      for (const { PolicyARN = "" } of policies) names.register({ type: policyType, physicalId: PolicyARN });
      for (const { LaunchConfigurationName = "", LaunchConfigurationARN } of configurations)
        names.register({ type: configurationType, physicalId: LaunchConfigurationName, also: [LaunchConfigurationARN] });
    },
    describe: (names) => [
      ...templates.describe(names),
      ...configurations.map((configuration) => describeConfiguration(configuration, names)),
      ...groups.map((group) => describeGroup(group, templates, names)),
      ...policies.map((policy) => describePolicy(policy, names)),
    ],
  };
};

const usesOf = ({ LaunchTemplate, MixedInstancesPolicy }: AutoScalingGroup): readonly TemplateUse[] =>
  [LaunchTemplate, MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification].filter((use) => use !== undefined);

function describeGroup(group: AutoScalingGroup, templates: TemplateRoom, names: Names): Described {
  const { AutoScalingGroupName, LaunchTemplate, LaunchConfigurationName, VPCZoneIdentifier = "" } = group;
  const subnets = VPCZoneIdentifier.split(",").filter((id) => id !== "");
  const mixed = group.MixedInstancesPolicy?.LaunchTemplate;
  return {
    id: names.idOf(groupType, AutoScalingGroupName),
    type: groupType,
    physicalId: AutoScalingGroupName,
    properties: told({
      AutoScalingGroupName,
      MinSize: group.MinSize,
      MaxSize: group.MaxSize,
      DesiredCapacity: group.DesiredCapacity,
      HealthCheckType: group.HealthCheckType,
      HealthCheckGracePeriod: group.HealthCheckGracePeriod,
      TargetGroupARNs: names.refs("AWS::ElasticLoadBalancingV2::TargetGroup", targetGroupsOf(group)),
      VPCZoneIdentifier: subnets.length === 0 ? undefined : names.refs("AWS::EC2::Subnet", subnets),
      AvailabilityZones: subnets.length === 0 ? group.AvailabilityZones : undefined,
      LaunchTemplate: LaunchTemplate === undefined ? undefined : templates.specification(LaunchTemplate, names),
      LaunchConfigurationName:
        LaunchConfigurationName === undefined ? undefined : names.ref(configurationType, LaunchConfigurationName),
      MixedInstancesPolicy:
        mixed?.LaunchTemplateSpecification === undefined
          ? undefined
          : {
              LaunchTemplate: {
                LaunchTemplateSpecification: templates.specification(mixed.LaunchTemplateSpecification, names),
                Overrides: (mixed.Overrides ?? []).map(({ InstanceType }) => told({ InstanceType })),
              },
            },
      Tags: tagsOf(group.Tags),
    }),
  };
}

/** A target group may also be attached as a source of traffic. */
const targetGroupsOf = ({ TargetGroupARNs = [], TrafficSources = [] }: AutoScalingGroup): readonly string[] => [
  ...new Set([
    ...TargetGroupARNs,
    ...TrafficSources.flatMap(({ Type, Identifier = "" }) => (Type === "elbv2" ? [Identifier] : [])),
  ]),
];

const describePolicy = (policy: ScalingPolicy, names: Names): Described => ({
  id: names.idOf(policyType, policy.PolicyARN),
  type: policyType,
  physicalId: policy.PolicyARN,
  properties: told({
    PolicyName: policy.PolicyName,
    PolicyType: policy.PolicyType,
    AutoScalingGroupName: names.ref(groupType, policy.AutoScalingGroupName ?? ""),
  }),
});

function describeConfiguration(configuration: LaunchConfiguration, names: Names): Described {
  const { LaunchConfigurationName, IamInstanceProfile: profile, MetadataOptions: metadata } = configuration;
  const groups: readonly Said[] = names.refs("AWS::EC2::SecurityGroup", configuration.SecurityGroups);
  return {
    id: names.idOf(configurationType, LaunchConfigurationName),
    type: configurationType,
    physicalId: LaunchConfigurationName,
    properties: told({
      LaunchConfigurationName,
      ImageId: configuration.ImageId,
      InstanceType: configuration.InstanceType,
      KeyName: configuration.KeyName === "" ? undefined : configuration.KeyName,
      IamInstanceProfile: profile === undefined ? undefined : names.ref("AWS::IAM::InstanceProfile", profile),
      SecurityGroups: groups.length === 0 ? undefined : groups,
      AssociatePublicIpAddress: configuration.AssociatePublicIpAddress,
      InstanceMonitoring: configuration.InstanceMonitoring?.Enabled,
      MetadataOptions:
        metadata === undefined
          ? undefined
          : told({ HttpTokens: metadata.HttpTokens, HttpPutResponseHopLimit: metadata.HttpPutResponseHopLimit }),
      UserData: configuration.UserData === "" ? undefined : configuration.UserData,
      BlockDeviceMappings: disksOf(configuration.BlockDeviceMappings),
    }),
  };
}
