import {
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
  type LaunchTemplate,
  type LaunchTemplateInstanceNetworkInterfaceSpecification,
  paginateDescribeLaunchTemplates,
  type ResponseLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import type { Described, Said } from "../../described.js";
import { isUnknown, Unknown } from "../../maybe.js";
import { told } from "../../told.js";
import type { Names } from "../names.js";
import { eachOf, type Reading } from "../reading.js";
import { type Room, tagsOf } from "../room.js";

const templateType = "AWS::EC2::LaunchTemplate";

/** How something names a launch template: by id or name, and a version (`$Default` where none is said). */
export interface TemplateUse {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
  readonly Version?: string | undefined;
}

export interface TemplateRoom extends Room {
  /** In CloudFormation's form. A version that is not the latest is a launch template beside the one that has it. */
  specification(use: TemplateUse, names: Names): Said;
}

interface Versioned {
  readonly template: LaunchTemplate;
  /** By number; the latest one first. */
  readonly versions: ReadonlyMap<number, ResponseLaunchTemplateData | Unknown>;
}

/** Launch templates, each as its latest version says it (which is what CloudFormation makes it say), and in the other versions that are used. */
export async function readLaunchTemplates(
  client: EC2Client,
  reading: Reading,
  uses: readonly TemplateUse[],
): Promise<TemplateRoom> {
  const templates = await reading.all(
    "ec2:DescribeLaunchTemplates",
    [templateType],
    paginateDescribeLaunchTemplates({ client }, {}),
    (page) => page.LaunchTemplates,
  );
  const all = await eachOf(templates, async (template): Promise<Versioned> => {
    const wanted = uses.filter((use) => isOf(template, use)).map((use) => numberOf(template, use));
    const numbers = [...new Set([template.LatestVersionNumber ?? 1, ...wanted])];
    return { template, versions: await readVersions(client, reading, template, numbers) };
  });
  return {
    register: (names) => {
      for (const { template, versions } of all) {
        const { LaunchTemplateId = "", LaunchTemplateName } = template;
        const id = names.register({ type: templateType, physicalId: LaunchTemplateId, also: [LaunchTemplateName] });
        for (const number of olderOf(template, versions))
          names.register({
            type: templateType,
            physicalId: versionName(LaunchTemplateId, number),
            otherwise: `${id}/version ${number}`,
          });
      }
    },
    describe: (names) => all.flatMap((each) => describeTemplate(each, names)),
    specification: (use, names) => {
      const template = templates.find((each) => isOf(each, use));
      if (template === undefined) return told({ ...use });
      const { LaunchTemplateId = "", LatestVersionNumber } = template;
      const number = numberOf(template, use);
      const name = number === LatestVersionNumber ? LaunchTemplateId : versionName(LaunchTemplateId, number);
      return { LaunchTemplateId: names.ref(templateType, name), Version: String(number) };
    },
  };
}

const versionName = (id: string, number: number): string => `${id}:${number}`;

const isOf = (template: LaunchTemplate, { LaunchTemplateId, LaunchTemplateName }: TemplateUse): boolean =>
  LaunchTemplateId === undefined
    ? template.LaunchTemplateName === LaunchTemplateName
    : template.LaunchTemplateId === LaunchTemplateId;

function numberOf({ DefaultVersionNumber = 1, LatestVersionNumber = 1 }: LaunchTemplate, { Version }: TemplateUse): number {
  if (Version === "$Latest") return LatestVersionNumber;
  return Version === undefined || Version === "" || Version === "$Default" ? DefaultVersionNumber : Number(Version);
}

const olderOf = (template: LaunchTemplate, versions: Versioned["versions"]): readonly number[] =>
  [...versions.keys()].filter((number) => number !== (template.LatestVersionNumber ?? 1));

async function readVersions(
  client: EC2Client,
  reading: Reading,
  { LaunchTemplateId }: LaunchTemplate,
  numbers: readonly number[],
): Promise<Versioned["versions"]> {
  const answer = await reading.one(
    "ec2:DescribeLaunchTemplateVersions",
    client.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: numbers.map(String) })),
  );
  const found = isUnknown(answer) ? [] : (answer?.LaunchTemplateVersions ?? []);
  return new Map(
    numbers.map((number) => [
      number,
      isUnknown(answer)
        ? answer
        : (found.find(({ VersionNumber }) => VersionNumber === number)?.LaunchTemplateData ??
          new Unknown(`ec2:DescribeLaunchTemplateVersions did not tell of version ${number}`)),
    ]),
  );
}

function describeTemplate({ template, versions }: Versioned, names: Names): readonly Described[] {
  const { LaunchTemplateId = "", LaunchTemplateName, LatestVersionNumber = 1 } = template;
  const latest = versions.get(LatestVersionNumber);
  const one = (id: string, data: ResponseLaunchTemplateData | Unknown | undefined) => ({
    id,
    type: templateType,
    properties: told({ LaunchTemplateData: data === undefined || isUnknown(data) ? data : describeData(data, names) }),
  });
  const own = one(names.idOf(templateType, LaunchTemplateId), latest);
  return [
    {
      ...own,
      physicalId: LaunchTemplateId,
      properties: told({ ...own.properties, LaunchTemplateName, Tags: tagsOf(template.Tags) }),
    },
    ...olderOf(template, versions).map((number) => ({
      ...one(names.idOf(templateType, versionName(LaunchTemplateId, number)), versions.get(number)),
      implicit: true,
    })),
  ];
}

function describeData(data: ResponseLaunchTemplateData, names: Names): Said {
  const { IamInstanceProfile: profile, MetadataOptions: metadata, Monitoring, SecurityGroupIds, SecurityGroups } = data;
  const profileRef = (name: string | undefined): Said | undefined =>
    name === undefined ? undefined : names.ref("AWS::IAM::InstanceProfile", name);
  return told({
    ImageId: data.ImageId,
    InstanceType: data.InstanceType,
    KeyName: data.KeyName,
    IamInstanceProfile:
      profile === undefined ? undefined : told({ Arn: profileRef(profile.Arn), Name: profileRef(profile.Name) }),
    SecurityGroupIds: listOr(names.refs("AWS::EC2::SecurityGroup", SecurityGroupIds)),
    SecurityGroups: listOr(SecurityGroups ?? []),
    NetworkInterfaces: listOr((data.NetworkInterfaces ?? []).map((each) => describeInterface(each, names))),
    MetadataOptions:
      metadata === undefined
        ? undefined
        : told({
            HttpTokens: metadata.HttpTokens,
            HttpEndpoint: metadata.HttpEndpoint,
            HttpPutResponseHopLimit: metadata.HttpPutResponseHopLimit,
          }),
    Monitoring: Monitoring === undefined ? undefined : told({ Enabled: Monitoring.Enabled }),
    UserData: data.UserData,
    BlockDeviceMappings: listOr(disksOf(data.BlockDeviceMappings)),
  });
}

const listOr = (items: readonly Said[]): Said | undefined => (items.length === 0 ? undefined : items);

const describeInterface = (each: LaunchTemplateInstanceNetworkInterfaceSpecification, names: Names): Said =>
  told({
    DeviceIndex: String(each.DeviceIndex ?? 0),
    NetworkInterfaceId:
      each.NetworkInterfaceId === undefined ? undefined : names.ref("AWS::EC2::NetworkInterface", each.NetworkInterfaceId),
    SubnetId: each.SubnetId === undefined ? undefined : names.ref("AWS::EC2::Subnet", each.SubnetId),
    Groups: listOr(names.refs("AWS::EC2::SecurityGroup", each.Groups)),
    AssociatePublicIpAddress: each.AssociatePublicIpAddress,
    PrivateIpAddress: each.PrivateIpAddress,
  });

interface WantedDisk {
  readonly DeviceName?: string | undefined;
  readonly Ebs?:
    | {
        readonly VolumeSize?: number | undefined;
        readonly VolumeType?: string | undefined;
        readonly Encrypted?: boolean | undefined;
        readonly DeleteOnTermination?: boolean | undefined;
      }
    | undefined;
}

/** Disks as launch templates and launch configurations ask for them; what they leave out is left to AWS's defaults. */
export const disksOf = (mappings: readonly WantedDisk[] | undefined): readonly Said[] =>
  (mappings ?? []).map(({ DeviceName, Ebs }) =>
    told({
      DeviceName,
      Ebs:
        Ebs === undefined
          ? undefined
          : told({
              VolumeSize: Ebs.VolumeSize,
              VolumeType: Ebs.VolumeType,
              Encrypted: Ebs.Encrypted,
              DeleteOnTermination: Ebs.DeleteOnTermination,
            }),
    }),
  );
