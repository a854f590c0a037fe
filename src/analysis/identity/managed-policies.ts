/**
 * What AWS's own policies grant, as far as the rules ask: patterns of actions. From the AWS Managed Policy Reference Guide. A policy
 * that is not here grants what nobody here knows.
 */
const granted: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ["*"],
  // NotAction iam:*, organizations:*, account:*, all else granted.
  PowerUserAccess: ["ssm:*", "kms:*", "s3:*", "ec2:*", "rds:*", "cloudwatch:*", "logs:*", "sns:*"],
  IAMFullAccess: ["iam:*"],
  AmazonEC2FullAccess: ["ec2:*", "elasticloadbalancing:*", "cloudwatch:*", "autoscaling:*"],
  AmazonRDSFullAccess: ["rds:*"],
  AmazonS3FullAccess: ["s3:*", "s3-object-lambda:*"],
  AmazonS3ReadOnlyAccess: ["s3:Get*", "s3:List*", "s3:Describe*"],
  AmazonVPCFullAccess: ["ec2:*Vpc*", "ec2:*Subnet*", "ec2:*Route*", "ec2:*Gateway*"],
  AmazonSSMFullAccess: ["ssm:*", "ec2messages:*", "cloudwatch:PutMetricData"],
  AmazonSSMManagedInstanceCore: [
    "ssm:DescribeAssociation",
    "ssm:GetDeployablePatchSnapshotForInstance",
    "ssm:GetDocument",
    "ssm:DescribeDocument",
    "ssm:GetManifest",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:ListAssociations",
    "ssm:ListInstanceAssociations",
    "ssm:PutInventory",
    "ssm:PutComplianceItems",
    "ssm:PutConfigurePackageResult",
    "ssm:UpdateAssociationStatus",
    "ssm:UpdateInstanceAssociationStatus",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:*",
    "ec2messages:*",
  ],
  AmazonEC2RoleforSSM: [
    "ssm:Describe*",
    "ssm:Get*",
    "ssm:List*",
    "ssm:Put*",
    "ssm:Update*",
    "ssmmessages:*",
    "ec2messages:*",
    "s3:*",
  ],
  CloudWatchAgentServerPolicy: [
    "cloudwatch:PutMetricData",
    "ec2:DescribeVolumes",
    "ec2:DescribeTags",
    "logs:*",
    "ssm:GetParameter",
  ],
  AmazonEC2ContainerRegistryReadOnly: ["ecr:Get*", "ecr:Batch*", "ecr:Describe*", "ecr:List*"],
  AmazonEC2ContainerServiceforEC2Role: ["ec2:DescribeTags", "ecs:*", "ecr:*", "logs:CreateLogStream", "logs:PutLogEvents"],
  AmazonRDSEnhancedMonitoringRole: ["logs:*"],
  ReadOnlyAccess: ["s3:Get*", "s3:List*", "ec2:Describe*", "rds:Describe*", "ssm:Get*", "ssm:List*", "ssm:Describe*"],
  ViewOnlyAccess: ["s3:List*", "ec2:Describe*", "rds:Describe*"],
};

export const managedActions = (name: string): readonly string[] | undefined => granted[name];
