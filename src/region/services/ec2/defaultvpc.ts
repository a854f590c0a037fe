import type { Filter } from "@aws-sdk/client-ec2";
import { overlaps, parseBlock, toAddress, toNumber } from "../../../addresses.js";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, remove } from "../../records/records.js";
import { newId } from "./ids.js";
import { checkQuota, quotas } from "./quotas.js";
import { DefaultVpcDeletions, InternetGateways, Subnets, Vpcs, type Subnet, type Vpc } from "./records.js";
import { newVpc, theDeletion } from "./vpcs.js";
import { zoneByNameOrId, zonesOf } from "./zones.js";

/** https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html */
const block = { address: "172.31.0.0", prefix: 16, subnetPrefix: 20 } as const;

/** The default VPC as it is now, made for nobody. */
export const defaultVpcNow = ({ records }: Pick<Call, "records">): Vpc | undefined =>
  records.list(Vpcs).find((vpc) => vpc.isDefault === true);

/**
 * The region's default VPC. On AWS a region has one from its first day; here it is made when it is first needed (a request that
 * leaves the network out, or asks for the default one), so that a region at rest has nothing on the machine. Deleted, it does not
 * come back but by CreateDefaultVpc; it is undefined then.
 */
export async function defaultVpc(call: Call): Promise<Vpc | undefined> {
  const vpc = defaultVpcNow(call);
  if (vpc !== undefined || call.records.get(DefaultVpcDeletions, theDeletion) !== undefined) return vpc;
  return makeDefaultVpc(call);
}

/** The default VPC; throws `VPCIdNotSpecified` where there is none. */
export async function theDefaultVpc(call: Call): Promise<Vpc> {
  const vpc = await defaultVpc(call);
  if (vpc === undefined) throw new ServiceFault("VPCIdNotSpecified", "No default VPC for this user");
  return vpc;
}

/** The default subnet of a zone, or of the first zone that has one. Throws `MissingInput`, `VPCIdNotSpecified`. */
export async function theDefaultSubnet(call: Call, zone?: string): Promise<Subnet> {
  const vpc = await theDefaultVpc(call);
  const wanted = zone === undefined ? undefined : zoneByNameOrId(call.regionName, zone);
  const subnet = defaultSubnets(call, vpc).find((each) => wanted === undefined || each.zone === wanted);
  if (subnet === undefined)
    throw new ServiceFault(
      "MissingInput",
      wanted === undefined
        ? `No subnets found for the default VPC '${vpc.vpcId}'. Please specify a subnet.`
        : `No default subnet for availability zone: '${wanted}'.`,
    );
  return subnet;
}

/** A Describe whose filter asks for what is default needs it. `names` are the filters that say so. */
export async function neededBy(call: Call, filters: readonly Filter[] | undefined, ...names: readonly string[]): Promise<void> {
  const asks = (filters ?? []).some(
    ({ Name = "", Values = [] }) => names.includes(Name) && Values.some((value) => value.toLowerCase() === "true"),
  );
  if (asks) await defaultVpc(call);
}

/** CreateDefaultVpc. Throws `DefaultVpcAlreadyExists`, `VpcLimitExceeded`, `InternetGatewayLimitExceeded`. */
export async function createDefaultVpc(call: Call): Promise<Vpc> {
  if (defaultVpcNow(call) !== undefined)
    throw new ServiceFault("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region.");
  checkQuota(quotas.vpcs, call.records.list(Vpcs).length + 1);
  checkQuota(quotas.internetGateways, call.records.list(InternetGateways).length + 1);
  return makeDefaultVpc(call);
}

/** VPC, a /20 subnet in each zone with public addresses at launch, an internet gateway and the main route to it: one commit. */
async function makeDefaultVpc(call: Call): Promise<Vpc> {
  const internetGatewayId = newId("igw");
  const { vpc, changes } = newVpc({
    cidr: `${block.address}/${block.prefix}`,
    enableDnsHostnames: true,
    isDefault: true,
    mainRoutes: [{ destination: "0.0.0.0/0", gatewayId: internetGatewayId }],
    tags: {},
  });
  const subnets = zonesOf(call.regionName).map((zone, index) => newDefaultSubnet(vpc, zone, blocks()[index] ?? ""));
  call.commit(
    ...changes,
    put(InternetGateways, internetGatewayId, { internetGatewayId, vpcId: vpc.vpcId, tags: {} }),
    ...subnets.map((subnet) => put(Subnets, subnet.subnetId, subnet)),
    remove(DefaultVpcDeletions, theDeletion),
  );
  await call.upkeep.network(vpc.vpcId);
  call.upkeep.nudge("names", vpc.vpcId);
  return vpc;
}

/** CreateDefaultSubnet: puts back the default subnet of a zone. Throws `DefaultVpcDoesNotExist`, `DefaultSubnetAlreadyExistsInAvailabilityZone`. */
export async function createDefaultSubnet(call: Call, zone: string | undefined): Promise<Subnet> {
  if (zone === undefined) throw new ServiceFault("MissingParameter", "The request must contain the parameter AvailabilityZone");
  const vpc = await defaultVpc(call);
  if (vpc === undefined)
    throw new ServiceFault("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.");
  const wanted = zoneByNameOrId(call.regionName, zone);
  const present = defaultSubnets(call, vpc).find((each) => each.zone === wanted);
  if (present !== undefined)
    throw new ServiceFault(
      "DefaultSubnetAlreadyExistsInAvailabilityZone",
      `'${present.subnetId}' is already the default subnet in ${wanted}.`,
    );
  const neighbours = call.records
    .list(Subnets)
    .flatMap((each) => (each.vpcId === vpc.vpcId ? (parseBlock(each.cidr) ?? []) : []));
  const free = blocks().find((cidr) => {
    const candidate = parseBlock(cidr);
    return candidate !== undefined && !neighbours.some((other) => overlaps(other, candidate));
  });
  if (free === undefined)
    throw new ServiceFault(
      "InvalidSubnet.Conflict",
      `The default VPC ${vpc.vpcId} has no free /${block.subnetPrefix} block left.`,
    );
  const subnet = newDefaultSubnet(vpc, wanted, free);
  call.commit(put(Subnets, subnet.subnetId, subnet));
  await call.upkeep.network(vpc.vpcId);
  call.upkeep.nudge("names", vpc.vpcId);
  return subnet;
}

const defaultSubnets = ({ records }: Pick<Call, "records">, vpc: Vpc): readonly Subnet[] =>
  records.list(Subnets).filter((each) => each.vpcId === vpc.vpcId && each.defaultForAz === true);

/** The /20 blocks of the default VPC, in order. */
const blocks = (): readonly string[] =>
  Array.from(
    { length: 2 ** (block.subnetPrefix - block.prefix) },
    (_, index) => `${toAddress(toNumber(block.address) + index * 2 ** (32 - block.subnetPrefix))}/${block.subnetPrefix}`,
  );

const newDefaultSubnet = (vpc: Vpc, zone: string, cidr: string): Subnet => ({
  subnetId: newId("subnet"),
  vpcId: vpc.vpcId,
  cidr,
  zone,
  mapPublicIpOnLaunch: true,
  defaultForAz: true,
  tags: {},
});
