import type { Fabric } from "../../parts/fabric/fabric.js";
import { internet } from "../../parts/fabric/spec.js";
import { internetName, routerName } from "../../parts/fabric/vpc.js";
import type { RegionLabel } from "../../parts/host/label.js";
import type { Names } from "../../parts/names/names.js";
import type { NameSpec } from "../../parts/names/spec.js";
import type { Scope } from "../operations/call.js";
import { publicIpOf } from "../services/ec2/elasticips.js";
import { privateDnsName, publicDnsName } from "../services/ec2/dnsnames.js";
import { resolverOf } from "../services/ec2/interfaces.js";
import { NetworkInterfaces, Vpcs } from "../services/ec2/records.js";
import { balancerNames } from "../services/elbv2/names.js";
import { databaseNames } from "../services/rds/names.js";
import type { Keeper } from "./keeper.js";
import type { NetworkKeeper } from "./network.js";
import { endpointNames, type Outside } from "./outside.js";
import type { PublishedListeners } from "./publishing.js";
import { internetOwner } from "./upkeep.js";
import { zonesOfVpc } from "./vpcspec.js";

/** How often resolvers are looked at; one that died is started again. Milliseconds. */
const lookEvery = 2000;

/** Names of a VPC (at its base plus two) and of the internet, from the records of every scope. */
export class NamesKeeper implements Keeper {
  readonly kind = "names";
  /** There is one internet for all scopes, each of which may ask for it. */
  private internetTurn: Promise<number | void> = Promise.resolve();

  constructor(
    private readonly label: RegionLabel,
    private readonly names: Names,
    private readonly house: {
      readonly scopes: () => readonly Scope[];
      readonly engineReady: () => Promise<unknown>;
      readonly fabric: Pick<Fabric, "applyInternet">;
      readonly published: Pick<PublishedListeners, "update">;
      readonly networks: Pick<NetworkKeeper, "settled">;
      readonly outside: Pick<Outside, "ensure">;
    },
  ) {}

  owners(scope: Scope): readonly string[] {
    return scope.records.list(Vpcs).map((vpc) => vpc.vpcId);
  }

  async attend(scope: Scope, owner: string): Promise<number | void> {
    await this.house.engineReady();
    if (owner === internetOwner)
      return (this.internetTurn = this.internetTurn.catch(() => undefined).then(() => this.attendInternet()));
    // What a VPC offers to the world is known on the internet too.
    scope.upkeep.nudge("names", internetOwner);
    // A router that is being made has no addresses yet, and Linux lets a program bind to one there all the same: it then answers
    // from another address for as long as it lives (in a namespace without a local table every address counts as broadcast).
    await this.house.networks.settled(owner);
    const vpc = scope.records.get(Vpcs, owner);
    const zones = zonesOfVpc(scope.records, owner);
    // Without DNS support nobody answers at the VPC's base plus two.
    if (vpc?.enableDnsSupport !== true || zones.length === 0) return this.names.remove(owner);
    const addresses = [resolverOf(vpc.cidr), "169.254.169.253"];
    await this.names.apply(
      { owner, names: vpcNames(scope, owner) },
      zones.map((zone) => ({ namespace: routerName(this.label, owner, zone), addresses })),
    );
    return lookEvery;
  }

  private async attendInternet(): Promise<number> {
    await this.house.fabric.applyInternet();
    const names = this.house
      .scopes()
      .flatMap((scope) => [
        ...balancerNames(scope, { view: "internet" }),
        ...databaseNames(scope, { view: "internet" }),
        ...publicNames(scope),
        ...endpointNames(scope.regionName),
      ]);
    await this.names.apply({ owner: internetOwner, names }, [
      { namespace: internetName(this.label), addresses: [internet.resolver] },
    ]);
    // Whoever is named answers.
    await Promise.all([this.house.published.update(), this.house.outside.ensure()]);
    return lookEvery;
  }
}

/** What a VPC's resolver answers: its instances' private names, databases and load balancers. */
export const vpcNames = (scope: Scope, vpcId: string): readonly NameSpec[] => [
  ...scope.records
    .list(NetworkInterfaces)
    .filter((nic) => nic.vpcId === vpcId)
    .map((nic) => ({ name: privateDnsName(scope.regionName, nic.privateIp), addresses: [nic.privateIp] })),
  ...databaseNames(scope),
  ...balancerNames(scope, { view: "vpc" }),
  ...publicNames(scope, vpcId),
  ...endpointNames(scope.regionName),
];

/** Public names of instances in VPCs with DNS hostnames. Asked from inside its own VPC such a name answers the private address. */
const publicNames = (scope: Scope, insideVpcId?: string): readonly NameSpec[] =>
  scope.records.list(NetworkInterfaces).flatMap(({ interfaceId, holder, vpcId, privateIp }) => {
    const publicIp = holder.kind === "instance" ? publicIpOf(scope, interfaceId) : undefined;
    if (publicIp === undefined || scope.records.get(Vpcs, vpcId)?.enableDnsHostnames !== true) return [];
    const address = vpcId === insideVpcId ? privateIp : publicIp;
    return [{ name: publicDnsName(scope.regionName, publicIp), addresses: [address] }];
  });
