/** The property by which others may name a resource of a type, instead of its id. */
const nameProperties: Readonly<Record<string, string>> = {
  "AWS::AutoScaling::AutoScalingGroup": "AutoScalingGroupName",
  "AWS::AutoScaling::LaunchConfiguration": "LaunchConfigurationName",
  "AWS::Backup::BackupPlan": "BackupPlanName",
  "AWS::Backup::BackupVault": "BackupVaultName",
  "AWS::CloudTrail::Trail": "TrailName",
  "AWS::CloudWatch::Alarm": "AlarmName",
  "AWS::CloudWatch::CompositeAlarm": "AlarmName",
  "AWS::EC2::LaunchTemplate": "LaunchTemplateName",
  "AWS::EC2::SecurityGroup": "GroupName",
  "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
  "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
  "AWS::Events::Rule": "Name",
  "AWS::IAM::Group": "GroupName",
  "AWS::IAM::InstanceProfile": "InstanceProfileName",
  "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
  "AWS::IAM::Role": "RoleName",
  "AWS::IAM::User": "UserName",
  "AWS::KMS::Alias": "AliasName",
  "AWS::Logs::LogGroup": "LogGroupName",
  "AWS::RDS::DBCluster": "DBClusterIdentifier",
  "AWS::RDS::DBClusterParameterGroup": "DBClusterParameterGroupName",
  "AWS::RDS::DBInstance": "DBInstanceIdentifier",
  "AWS::RDS::DBParameterGroup": "DBParameterGroupName",
  "AWS::RDS::DBSubnetGroup": "DBSubnetGroupName",
  "AWS::S3::Bucket": "BucketName",
  "AWS::Scheduler::Schedule": "Name",
  "AWS::SecretsManager::Secret": "Name",
  "AWS::SNS::Topic": "TopicName",
  "AWS::WAFv2::WebACL": "Name",
};

export const namePropertyOf = (type: string): string | undefined => nameProperties[type];

/** Attributes of Fn::GetAtt that give back a property. */
const sameAttributes: Readonly<Record<string, readonly string[]>> = {
  "AWS::EC2::VPC": ["CidrBlock"],
  "AWS::EC2::Subnet": ["AvailabilityZone", "CidrBlock", "VpcId"],
  "AWS::EC2::Instance": ["AvailabilityZone"],
  "AWS::EC2::SecurityGroup": ["VpcId"],
  "AWS::ElasticLoadBalancingV2::TargetGroup": ["TargetGroupName"],
  "AWS::SNS::Topic": ["TopicName"],
};

/** The property that an attribute gives back, or undefined. */
export const sameAsProperty = (type: string, attribute: string): string | undefined => {
  if (type === "AWS::EC2::Instance" && attribute === "PrivateIp") return "PrivateIpAddress";
  if ((type === "AWS::RDS::DBInstance" || type === "AWS::RDS::DBCluster") && attribute === "Endpoint.Port") return "Port";
  return sameAttributes[type]?.includes(attribute) === true ? attribute : undefined;
};
