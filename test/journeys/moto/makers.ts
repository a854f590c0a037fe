import { CloudWatchClient, PutMetricAlarmCommand, type PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateKeyCommand, EnableKeyRotationCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateDBClusterCommand,
  type CreateDBClusterCommandInput,
  CreateDBInstanceCommand,
  type CreateDBInstanceCommandInput,
  CreateDBSubnetGroupCommand,
  type CreateDBSubnetGroupCommandInput,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutBucketWebsiteCommand,
  PutPublicAccessBlockCommand,
  type PublicAccessBlockConfiguration,
  S3Client,
  type ServerSideEncryptionByDefault,
  type VersioningConfiguration,
} from "@aws-sdk/client-s3";
import { AssociateWebACLCommand, CreateWebACLCommand, type CreateWebACLCommandInput, WAFV2Client } from "@aws-sdk/client-wafv2";
import { computeMakers } from "./compute.js";
import { maker, type Maker } from "./maker.js";

interface Policies {
  readonly ManagedPolicyArns?: readonly string[];
  readonly Policies?: readonly { readonly PolicyName: string; readonly PolicyDocument: object }[];
}

interface Bucket {
  readonly PublicAccessBlockConfiguration?: PublicAccessBlockConfiguration;
  readonly VersioningConfiguration?: VersioningConfiguration;
  readonly WebsiteConfiguration?: { readonly IndexDocument: string };
  readonly BucketEncryption?: {
    readonly ServerSideEncryptionConfiguration: readonly {
      readonly ServerSideEncryptionByDefault: ServerSideEncryptionByDefault;
    }[];
  };
}

/**
 * Types that are made by API calls, because moto's CloudFormation leaves them out without a word, or makes something else of them (every load balancer an
 * application one, associations of route tables without effect, instances without public addresses, policies that its own IAM cannot read). What has no name is called as in the template.
 */
export const makers: Readonly<Record<string, Maker>> = {
  ...computeMakers,
  "AWS::IAM::Role": maker<Policies & { RoleName?: string; AssumeRolePolicyDocument: object }>(
    async (at, id, { RoleName = id, AssumeRolePolicyDocument: trust, ManagedPolicyArns = [], Policies = [] }) => {
      const iam = new IAMClient(at);
      const create = new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
      const { Role } = await iam.send(create);
      for (const PolicyArn of ManagedPolicyArns) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
      for (const { PolicyName, PolicyDocument } of Policies)
        await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) }));
      return { ref: RoleName, attributes: { Arn: Role?.Arn } };
    },
  ),
  "AWS::IAM::InstanceProfile": maker<{ Roles: readonly string[] }>(async (at, InstanceProfileName, { Roles }) => {
    const iam = new IAMClient(at);
    const { InstanceProfile } = await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: Roles[0] }));
    return { ref: InstanceProfileName, attributes: { Arn: InstanceProfile?.Arn } };
  }),
  "AWS::IAM::Group": maker<Policies & { GroupName?: string }>(
    async (at, id, { GroupName = id, ManagedPolicyArns = [], Policies = [] }) => {
      const iam = new IAMClient(at);
      await iam.send(new CreateGroupCommand({ GroupName }));
      for (const PolicyArn of ManagedPolicyArns) await iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn }));
      for (const { PolicyName, PolicyDocument } of Policies)
        await iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) }));
      return { ref: GroupName };
    },
  ),
  "AWS::IAM::User": maker<Policies & { UserName?: string; Groups?: readonly string[] }>(
    async (at, id, { UserName = id, Groups = [], ManagedPolicyArns = [], Policies = [] }) => {
      const iam = new IAMClient(at);
      await iam.send(new CreateUserCommand({ UserName }));
      for (const GroupName of Groups) await iam.send(new AddUserToGroupCommand({ GroupName, UserName }));
      for (const PolicyArn of ManagedPolicyArns) await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
      for (const { PolicyName, PolicyDocument } of Policies)
        await iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) }));
      return { ref: UserName };
    },
  ),
  "AWS::IAM::AccessKey": maker<{ UserName: string }>(async (at, _id, { UserName }) => {
    const { AccessKey } = await new IAMClient(at).send(new CreateAccessKeyCommand({ UserName }));
    return { ref: AccessKey?.AccessKeyId ?? "" };
  }),
  "AWS::IAM::OIDCProvider": maker<{ Url: string; ClientIdList: string[] }>(async (at, _id, { Url, ClientIdList }) => {
    const { OpenIDConnectProviderArn: Arn = "" } = await new IAMClient(at).send(
      new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ClientIdList, ThumbprintList: ["0".repeat(40)] }),
    );
    return { ref: Arn, attributes: { Arn } };
  }),
  "AWS::KMS::Key": maker<{ KeyPolicy?: object; EnableKeyRotation?: boolean }>(
    async (at, _id, { KeyPolicy, EnableKeyRotation }) => {
      const kms = new KMSClient(at);
      const Policy = KeyPolicy === undefined ? undefined : JSON.stringify(KeyPolicy);
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Policy }));
      const KeyId = KeyMetadata?.KeyId ?? "";
      if (EnableKeyRotation === true) await kms.send(new EnableKeyRotationCommand({ KeyId }));
      return { ref: KeyId, attributes: { Arn: KeyMetadata?.Arn } };
    },
  ),
  "AWS::S3::Bucket": maker<Bucket>(async (at, id, properties) => {
    const s3 = new S3Client({ ...at, forcePathStyle: true });
    const Bucket = `${id.toLowerCase()}-of-the-witness`;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-3" } }));
    const closed = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
    // AWS closes every new bucket; moto does not.
    const PublicAccessBlockConfiguration = properties.PublicAccessBlockConfiguration ?? closed;
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    const rules = properties.BucketEncryption?.ServerSideEncryptionConfiguration;
    const Rules = rules?.map(({ ServerSideEncryptionByDefault: by }) => ({ ApplyServerSideEncryptionByDefault: by }));
    if (Rules !== undefined)
      await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    const { VersioningConfiguration, WebsiteConfiguration: site } = properties;
    if (VersioningConfiguration !== undefined) await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const WebsiteConfiguration = { IndexDocument: { Suffix: site?.IndexDocument } };
    if (site !== undefined) await s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));
    return { ref: Bucket, attributes: { Arn: `arn:aws:s3:::${Bucket}` } };
  }),
  "AWS::S3::BucketPolicy": maker<{ Bucket: string; PolicyDocument: object }>(async (at, ref, { Bucket, PolicyDocument }) => {
    const s3 = new S3Client({ ...at, forcePathStyle: true });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(PolicyDocument) }));
    return { ref };
  }),
  "AWS::RDS::DBSubnetGroup": maker<CreateDBSubnetGroupCommandInput>(async (at, id, properties) => {
    const DBSubnetGroupName = id.toLowerCase();
    await new RDSClient(at).send(new CreateDBSubnetGroupCommand({ ...properties, DBSubnetGroupName }));
    return { ref: DBSubnetGroupName };
  }),
  "AWS::RDS::DBCluster": maker<CreateDBClusterCommandInput>(async (at, DBClusterIdentifier, properties) => {
    const input = { MasterUserPassword: "HushHushHush12345", ...properties, DBClusterIdentifier };
    const { DBCluster } = await new RDSClient(at).send(new CreateDBClusterCommand(input));
    return { ref: DBCluster?.DBClusterIdentifier ?? "", attributes: { "Endpoint.Address": DBCluster?.Endpoint } };
  }),
  "AWS::RDS::DBInstance": maker<CreateDBInstanceCommandInput & { VPCSecurityGroups?: string[] }>(
    async (at, DBInstanceIdentifier, { VPCSecurityGroups: VpcSecurityGroupIds, AllocatedStorage, ...properties }) => {
      const input = {
        ...properties,
        DBInstanceIdentifier,
        VpcSecurityGroupIds,
        ...(AllocatedStorage === undefined ? {} : { AllocatedStorage: Number(AllocatedStorage) }),
      };
      const { DBInstance } = await new RDSClient(at).send(new CreateDBInstanceCommand(input));
      return { ref: DBInstance?.DBInstanceIdentifier ?? "", attributes: { "Endpoint.Address": DBInstance?.Endpoint?.Address } };
    },
  ),
  "AWS::CloudWatch::Alarm": maker<PutMetricAlarmCommandInput>(async (at, id, properties) => {
    const AlarmName = properties.AlarmName ?? id;
    await new CloudWatchClient(at).send(new PutMetricAlarmCommand({ ...properties, AlarmName }));
    return { ref: AlarmName };
  }),
  "AWS::WAFv2::WebACL": maker<CreateWebACLCommandInput>(async (at, Name, properties) => {
    const { Summary } = await new WAFV2Client(at).send(new CreateWebACLCommand({ ...properties, Name }));
    return { ref: Name, attributes: { Arn: Summary?.ARN } };
  }),
  "AWS::WAFv2::WebACLAssociation": maker<{ ResourceArn: string; WebACLArn: string }>(async (at, ref, properties) => {
    await new WAFV2Client(at).send(new AssociateWebACLCommand(properties));
    return { ref };
  }),
};
