import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
  DescribePoliciesCommand,
  PutScalingPolicyCommand,
  type PutScalingPolicyCommandInput,
} from "@aws-sdk/client-auto-scaling";
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AssociateRouteTableCommand,
  CreateLaunchTemplateCommand,
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  type CreateNetworkAclEntryCommandInput,
  DescribeNetworkAclsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  ReplaceNetworkAclAssociationCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  type RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import {
  AddTagsCommand,
  CreateListenerCommand,
  type CreateListenerCommandInput,
  CreateLoadBalancerCommand,
  type CreateLoadBalancerCommandInput,
  CreateRuleCommand,
  type CreateRuleCommandInput,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  ElasticLoadBalancingV2Client,
  type LoadBalancerAttribute,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  type TargetDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { maker, type Maker, type Tag } from "./maker.js";

interface Instance extends Pick<
  RunInstancesCommandInput,
  | "ImageId"
  | "InstanceType"
  | "UserData"
  | "MetadataOptions"
  | "BlockDeviceMappings"
  | "SubnetId"
  | "SecurityGroupIds"
  | "KeyName"
> {
  readonly IamInstanceProfile?: string;
  readonly Monitoring?: boolean;
  readonly Tags?: Tag[];
}

export const computeMakers: Readonly<Record<string, Maker>> = {
  "AWS::EC2::Instance": maker<Instance>(
    async (at, _id, { SubnetId = "", SecurityGroupIds, IamInstanceProfile, Monitoring = false, Tags, ...rest }) => {
      const ec2 = new EC2Client(at);
      const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [SubnetId] }));
      const input: RunInstancesCommandInput = {
        ...rest,
        MinCount: 1,
        MaxCount: 1,
        Monitoring: { Enabled: Monitoring },
        NetworkInterfaces: [
          {
            DeviceIndex: 0,
            SubnetId,
            Groups: SecurityGroupIds,
            DeleteOnTermination: true,
            // moto does not ask the subnet.
            AssociatePublicIpAddress: Subnets?.[0]?.MapPublicIpOnLaunch,
          },
        ],
        ...(IamInstanceProfile === undefined ? {} : { IamInstanceProfile: { Name: IamInstanceProfile } }),
        ...(Tags === undefined ? {} : { TagSpecifications: [{ ResourceType: "instance", Tags }] }),
      };
      const { Instances } = await ec2.send(new RunInstancesCommand(input));
      return { ref: Instances?.[0]?.InstanceId ?? "", attributes: { PrivateIp: Instances?.[0]?.PrivateIpAddress } };
    },
  ),
  "AWS::EC2::EIP": maker<{ InstanceId?: string }>(async (at, _id, { InstanceId }) => {
    const ec2 = new EC2Client(at);
    const { AllocationId, PublicIp } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    if (InstanceId !== undefined) await ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId }));
    return { ref: AllocationId ?? "", attributes: { AllocationId, PublicIp } };
  }),
  "AWS::EC2::SubnetRouteTableAssociation": maker<{ RouteTableId: string; SubnetId: string }>(async (at, _id, properties) => {
    const { AssociationId = "" } = await new EC2Client(at).send(new AssociateRouteTableCommand(properties));
    return { ref: AssociationId };
  }),
  "AWS::EC2::LaunchTemplate": maker<{ LaunchTemplateData: RequestLaunchTemplateData }>(
    async (at, LaunchTemplateName, { LaunchTemplateData }) => {
      const input = new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData });
      const { LaunchTemplate } = await new EC2Client(at).send(input);
      return { ref: LaunchTemplate?.LaunchTemplateId ?? "", attributes: { LatestVersionNumber: "1" } };
    },
  ),
  "AWS::EC2::NetworkAcl": maker<{ VpcId: string }>(async (at, _id, { VpcId }) => {
    const { NetworkAcl } = await new EC2Client(at).send(new CreateNetworkAclCommand({ VpcId }));
    return { ref: NetworkAcl?.NetworkAclId ?? "" };
  }),
  "AWS::EC2::NetworkAclEntry": maker<CreateNetworkAclEntryCommandInput>(
    async (at, ref, { Egress = false, Protocol, ...rest }) => {
      await new EC2Client(at).send(new CreateNetworkAclEntryCommand({ ...rest, Egress, Protocol: String(Protocol) }));
      return { ref };
    },
  ),
  "AWS::EC2::SubnetNetworkAclAssociation": maker<{ SubnetId: string; NetworkAclId: string }>(
    async (at, ref, { SubnetId, NetworkAclId }) => {
      const ec2 = new EC2Client(at);
      const Filters = [{ Name: "association.subnet-id", Values: [SubnetId] }];
      const { NetworkAcls } = await ec2.send(new DescribeNetworkAclsCommand({ Filters }));
      const old = NetworkAcls?.[0]?.Associations?.find((each) => each.SubnetId === SubnetId);
      const AssociationId = old?.NetworkAclAssociationId;
      await ec2.send(new ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
      return { ref };
    },
  ),
  "AWS::AutoScaling::AutoScalingGroup": maker<
    Omit<CreateAutoScalingGroupCommandInput, "VPCZoneIdentifier" | "Tags"> & { VPCZoneIdentifier: string[] }
  >(async (at, AutoScalingGroupName, { VPCZoneIdentifier, MinSize, MaxSize, DesiredCapacity, ...rest }) => {
    const { Tags: _, ...input }: CreateAutoScalingGroupCommandInput = {
      ...rest,
      AutoScalingGroupName,
      MinSize: Number(MinSize),
      MaxSize: Number(MaxSize),
      DesiredCapacity: Number(DesiredCapacity ?? MinSize),
      VPCZoneIdentifier: VPCZoneIdentifier.join(","),
    };
    await new AutoScalingClient(at).send(new CreateAutoScalingGroupCommand(input));
    return { ref: AutoScalingGroupName };
  }),
  "AWS::AutoScaling::ScalingPolicy": maker<PutScalingPolicyCommandInput>(async (at, PolicyName, properties) => {
    const client = new AutoScalingClient(at);
    await client.send(new PutScalingPolicyCommand({ ...properties, PolicyName }));
    const { ScalingPolicies } = await client.send(new DescribePoliciesCommand({ PolicyNames: [PolicyName] }));
    return { ref: ScalingPolicies?.[0]?.PolicyARN ?? "" };
  }),
  "AWS::ElasticLoadBalancingV2::LoadBalancer": maker<
    Omit<CreateLoadBalancerCommandInput, "Tags"> & { LoadBalancerAttributes?: LoadBalancerAttribute[]; Tags?: Tag[] }
  >(async (at, id, { LoadBalancerAttributes: Attributes, Tags, ...properties }) => {
    const elb = new ElasticLoadBalancingV2Client(at);
    const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ ...properties, Name: properties.Name ?? id }));
    const ref = LoadBalancers?.[0]?.LoadBalancerArn ?? "";
    if (Attributes !== undefined) await elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: ref, Attributes }));
    if (Tags !== undefined) await elb.send(new AddTagsCommand({ ResourceArns: [ref], Tags }));
    const attributes = { LoadBalancerFullName: ref.replace(/^.*:loadbalancer\//, ""), DNSName: LoadBalancers?.[0]?.DNSName };
    return { ref, attributes };
  }),
  "AWS::ElasticLoadBalancingV2::TargetGroup": maker<
    Omit<CreateTargetGroupCommandInput, "Tags"> & {
      Targets?: TargetDescription[];
      TargetGroupAttributes?: LoadBalancerAttribute[];
    }
  >(async (at, id, { Targets = [], TargetGroupAttributes: Attributes, ...properties }) => {
    const elb = new ElasticLoadBalancingV2Client(at);
    const { Tags: _, ...input }: CreateTargetGroupCommandInput = { ...properties, Name: properties.Name ?? id };
    const { TargetGroups } = await elb.send(new CreateTargetGroupCommand(input));
    const ref = TargetGroups?.[0]?.TargetGroupArn ?? "";
    if (Targets.length > 0) await elb.send(new RegisterTargetsCommand({ TargetGroupArn: ref, Targets }));
    if (Attributes !== undefined) await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: ref, Attributes }));
    return { ref, attributes: { TargetGroupFullName: ref.replace(/^.*:targetgroup/, "targetgroup") } };
  }),
  "AWS::ElasticLoadBalancingV2::Listener": maker<CreateListenerCommandInput>(async (at, _id, properties) => {
    const { Listeners } = await new ElasticLoadBalancingV2Client(at).send(new CreateListenerCommand(properties));
    return { ref: Listeners?.[0]?.ListenerArn ?? "" };
  }),
  "AWS::ElasticLoadBalancingV2::ListenerRule": maker<CreateRuleCommandInput>(async (at, _id, properties) => {
    const { Rules } = await new ElasticLoadBalancingV2Client(at).send(new CreateRuleCommand(properties));
    return { ref: Rules?.[0]?.RuleArn ?? "" };
  }),
};
