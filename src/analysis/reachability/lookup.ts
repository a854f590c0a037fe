import { isAddress, parseBlock, toNumber, type Block } from "../../addresses.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, known, type Unknown } from "../../environment/maybe.js";
import type { InternetGateway, NetworkInterface, Route, RouteTable } from "../../environment/network.js";
import type { NodeId } from "../../environment/node.js";
import { overlapOf } from "./overlap.js";
import { placesOf, type Placed } from "./places.js";

/** A route as it is compared: by its block, or by what keeps that from being known. */
export interface ReadRoute {
  readonly route: Route;
  readonly block: Block | undefined;
  readonly service?: string;
  readonly unknown?: Unknown;
}

export interface ReadTable {
  readonly table: RouteTable;
  /** The longest prefix first. */
  readonly routes: readonly ReadRoute[];
}

/** What the walk looks up again and again, found once. */
export class Lookup {
  readonly places: ReadonlyMap<NodeId, readonly Placed[]>;
  private readonly byAddress = new Map<string, Placed>();
  private readonly byPublicAddress = new Map<number, Placed>();
  private readonly unaddressed = new Map<NodeId, Placed[]>();
  private readonly tables = new Map<NodeId, ReadTable>();
  private readonly overlaps = new Map<string, { readonly found: readonly [one: string, other: string] | undefined }>();
  private readonly gateways = new Map<NodeId, InternetGateway>();
  private readonly ofNat = new Map<NodeId, NetworkInterface>();
  /** Of each VPC. */
  readonly blocks: ReadonlyMap<NodeId, readonly (Block | undefined)[]>;

  constructor(readonly environment: Environment) {
    const places = new Map<NodeId, readonly Placed[]>();
    for (const nic of environment.interfaces.values()) {
      const placed = placesOf(environment, nic);
      places.set(nic.id, placed);
      this.remember(nic, placed);
    }
    this.places = places;
    this.blocks = new Map(
      [...environment.vpcs.values()].map((vpc) => [
        vpc.id,
        vpc.cidrs.map((cidr) => (isKnown(cidr) ? parseBlock(cidr) : undefined)),
      ]),
    );
    for (const gateway of environment.internetGateways.values())
      if (gateway.vpc !== undefined && isKnown(gateway.vpc)) this.gateways.set(gateway.vpc, gateway);
    for (const table of environment.routeTables.values()) this.tables.set(table.id, readTable(table));
  }

  private remember(nic: NetworkInterface, placed: readonly Placed[]): void {
    if (nic.owner.kind === "natGateway") this.ofNat.set(nic.owner.id, nic);
    for (const each of placed) {
      if (each.low !== each.high) {
        const others = this.unaddressed.get(each.vpc);
        if (others === undefined) this.unaddressed.set(each.vpc, [each]);
        else others.push(each);
      } else {
        this.byAddress.set(`${each.vpc} ${each.low}`, each);
        for (const address of nic.secondaryAddresses) {
          const low = isAddress(address) ? toNumber(address) : each.low;
          this.byAddress.set(`${each.vpc} ${low}`, { ...each, low, high: low });
        }
      }
      if (nic.publicAddress !== undefined && isKnown(nic.publicAddress) && isAddress(nic.publicAddress))
        this.byPublicAddress.set(toNumber(nic.publicAddress), each);
    }
  }

  at(vpc: NodeId, address: number): Placed | undefined {
    return this.byAddress.get(`${vpc} ${address}`);
  }

  /** Interfaces of a VPC that may turn out to have this address. */
  mayBeAt(vpc: NodeId, address: number): readonly Placed[] {
    return (this.unaddressed.get(vpc) ?? []).filter(({ low, high }) => low <= address && address <= high);
  }

  /** In a VPC, or wherever else it is in use. */
  withAddress(vpc: NodeId, address: string): readonly Placed[] {
    if (!isAddress(address)) return [];
    const low = toNumber(address);
    const found = this.at(vpc, low);
    return found === undefined ? this.vpcsWith(low).flatMap((each) => this.at(each, low) ?? []) : [found];
  }

  atPublic(address: number): Placed | undefined {
    return this.byPublicAddress.get(address);
  }

  table(id: NodeId): ReadTable | undefined {
    return this.tables.get(id);
  }

  gatewayOf(vpc: NodeId): InternetGateway | undefined {
    return this.gateways.get(vpc);
  }

  /** Of which it is not known to which VPC they are attached. */
  get looseGateways(): readonly InternetGateway[] {
    return [...this.environment.internetGateways.values()].filter(({ vpc }) => isUnknown(vpc));
  }

  interfaceOfNat(id: NodeId): NetworkInterface | undefined {
    return this.ofNat.get(id);
  }

  /** What a route to an instance leads to: its first interface. */
  interfaceOfInstance(id: NodeId): NetworkInterface | undefined {
    const first = this.environment.instances.get(id)?.interfaces[0];
    return first === undefined ? undefined : this.environment.interfaces.get(first);
  }

  /** Whose block an address is in. */
  vpcsWith(address: number): NodeId[] {
    return [...this.blocks].flatMap(([id, blocks]) =>
      blocks.some((block) => block !== undefined && address >= block.base && address < block.base + block.size) ? [id] : [],
    );
  }

  /** Blocks of two VPCs that share addresses. */
  overlap(one: NodeId, other: NodeId): readonly [one: string, other: string] | undefined {
    const key = `${one} ${other}`;
    const known = this.overlaps.get(key);
    if (known !== undefined) return known.found;
    const found = overlapOf(this.blocks.get(one) ?? [], this.blocks.get(other) ?? []);
    this.overlaps.set(key, { found });
    return found;
  }

  vpcName(id: NodeId): string {
    return known(this.environment.vpcs.get(id)?.name ?? id);
  }
}

function readTable(table: RouteTable): ReadTable {
  const routes = table.routes.map((route): ReadRoute => {
    const { destination } = route;
    if (isUnknown(destination)) return { route, block: undefined, unknown: destination };
    if ("service" in destination) return { route, block: undefined, service: destination.service };
    return { route, block: parseBlock(destination.cidr) };
  });
  return { table, routes: routes.toSorted((a, b) => rank(b) - rank(a)) };
}

/** One whose destination is not known may be longer than all others. */
const rank = ({ block, unknown }: ReadRoute): number => (unknown === undefined ? (block?.prefix ?? -1) : 33);
