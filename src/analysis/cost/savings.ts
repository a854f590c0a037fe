import type { Environment } from "../../environment/environment.js";
import { isKnown, known, Unknown, type Maybe } from "../../environment/maybe.js";
import { machineLines, natLines, sizeOf } from "./compute.js";
import { difference, dollars, hoursOfMonth, monthly, standing, type CostLine, type Pricer } from "./lines.js";
import { databaseLines, specOf } from "./managed.js";

/** A change that makes the bill smaller, and what it costs otherwise. */
export interface Saving {
  readonly change: string;
  readonly resources: readonly string[];
  /** US dollars a month; unknown where it depends on a price or a use that is not known. */
  readonly saves: Maybe<number>;
  /** What it takes from availability, capacity or convenience. */
  readonly price: string;
}

const sizes = ["nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"];

/** One size smaller in the same family: `db.t3.small` -> `db.t3.micro`. RDS has no nano. */
export function smaller(type: string): string | undefined {
  const parts = type.split(".");
  const index = sizes.indexOf(parts.at(-1) ?? "");
  const least = type.startsWith("db.") ? sizes.indexOf("micro") : 0;
  return index > least ? [...parts.slice(0, -1), sizes[index - 1]].join(".") : undefined;
}

/** All changes that we know to save, dearest first; those whose saving is not known come last. */
export function savingsOf(environment: Environment, pricer: Pricer, lines: readonly CostLine[]): readonly Saving[] {
  const candidates = [
    ...fewerNatGateways(environment, pricer),
    ...gatewayEndpoint(environment, lines),
    ...newerVolumes(environment, pricer),
    ...idleAddresses(environment, pricer),
    ...smallerMachines(environment, pricer),
    ...singleAz(environment, pricer),
    ...smallerDatabases(environment, pricer),
  ];
  return candidates
    .filter(({ saves }) => saves instanceof Unknown || saves > 0)
    .sort((a, b) => known(b.saves, 0) - known(a.saves, 0));
}

/** What `before - after` is, as a saving. */
const saved = (before: readonly CostLine[], after: readonly CostLine[]): Maybe<number> => {
  const change = difference(before, after);
  return isKnown(change) ? -change : change;
};

function fewerNatGateways(environment: Environment, pricer: Pricer): readonly Saving[] {
  const byVpc = new Map<string, string[]>();
  for (const gateway of environment.natGateways.values()) {
    const vpc = isKnown(gateway.subnet) ? environment.subnets.get(gateway.subnet)?.vpc : undefined;
    if (vpc !== undefined && isKnown(vpc)) byVpc.set(vpc, [...(byVpc.get(vpc) ?? []), gateway.id]);
  }
  return [...byVpc.values()]
    .filter((gateways) => gateways.length > 1)
    .map((gateways) => {
      const spare = gateways.slice(1);
      const gone = spare.flatMap((id) => {
        const node = environment.natGateways.get(id);
        return node === undefined
          ? []
          : [...natLines(pricer, node), standing(pricer, node, "its address", "address:in-use", hoursOfMonth)];
      });
      return {
        change: `keep one NAT gateway of ${gateways.length} and route all private subnets to it`,
        resources: spare,
        saves: monthly(gone),
        price: "when its zone is lost, nothing in the other zones gets out; traffic from them is charged from zone to zone",
      };
    });
}

function gatewayEndpoint(environment: Environment, lines: readonly CostLine[]): readonly Saving[] {
  const hasS3 = [...environment.gatewayEndpoints.values()].some(({ service }) => !isKnown(service) || service.endsWith(".s3"));
  const gateways = [...environment.natGateways.keys()];
  if (hasS3 || gateways.length === 0) return [];
  const price = lines.find(({ item }) => item === "nat:data")?.price;
  const each = price === undefined || price instanceof Unknown ? "the price of NAT data" : `$${price.usd}`;
  return [
    {
      change: "reach S3 by a gateway endpoint, which is free, instead of the NAT gateway",
      resources: gateways,
      saves: new Unknown(`it depends on use: ${each} for each GB to and from S3`),
      price: "none: it takes the NAT gateway out of the way to S3",
    },
  ];
}

function newerVolumes(environment: Environment, pricer: Pricer): readonly Saving[] {
  const machines = [
    ...[...environment.instances.values()].map((node) => ({ node, count: 1 as Maybe<number> })),
    ...[...environment.autoScalingGroups.values()].map((node) => ({ node, count: sizeOf(node) })),
  ];
  return machines.flatMap(({ node, count }) => {
    const { settings } = node;
    if (!settings.volumes.some(({ kind }) => kind === "gp2")) return [];
    const volumes = settings.volumes.map((volume) => (volume.kind === "gp2" ? { ...volume, kind: "gp3" } : volume));
    return [
      {
        change: `make ${node.name}'s gp2 volumes gp3`,
        resources: [node.id],
        saves: saved(machineLines(pricer, node, settings, count), machineLines(pricer, node, { ...settings, volumes }, count)),
        price: "none: gp3 has 3,000 IOPS whatever its size; gp2 volumes above 1,000 GiB have more and would need IOPS stated",
      },
    ];
  });
}

function idleAddresses(environment: Environment, pricer: Pricer): readonly Saving[] {
  const idle = [...environment.elasticIps.values()].filter(({ owner }) => owner === undefined);
  if (idle.length === 0) return [];
  return [
    {
      change: `release ${idle.length === 1 ? "the Elastic IP" : `${idle.length} Elastic IPs`} that nothing uses`,
      resources: idle.map(({ id }) => id),
      saves: monthly(idle.map((node) => standing(pricer, node, "idle address", "address:idle", hoursOfMonth))),
      price: "the address is lost for good",
    },
  ];
}

function smallerMachines(environment: Environment, pricer: Pricer): readonly Saving[] {
  const machines = [
    ...[...environment.instances.values()].map((node) => ({ node, count: 1 as Maybe<number> })),
    ...[...environment.autoScalingGroups.values()].map((node) => ({ node, count: sizeOf(node) })),
  ];
  return machines.flatMap(({ node, count }) => {
    const type = isKnown(node.settings.instanceType) ? smaller(node.settings.instanceType) : undefined;
    if (type === undefined) return [];
    return [
      {
        change: `run ${node.name} on ${type}`,
        resources: [node.id],
        saves: saved(
          machineLines(pricer, node, node.settings, count),
          machineLines(pricer, node, { ...node.settings, instanceType: type }, count),
        ),
        price: "half the memory and less CPU: after the loss of one instance the others must still carry the load",
      },
    ];
  });
}

const standalone = (environment: Environment) =>
  [...environment.databases.values()].filter(({ cluster }) => cluster === undefined);

function singleAz(environment: Environment, pricer: Pricer): readonly Saving[] {
  return standalone(environment)
    .filter(({ multiAz }) => multiAz === true)
    .map((node) => ({
      change: `turn Multi-AZ off for ${node.name}`,
      resources: [node.id],
      saves: saved(
        databaseLines(pricer, node, specOf(node)),
        databaseLines(pricer, node, { ...specOf(node), deployment: "single" }),
      ),
      price:
        "the SLA falls from 99.95 % to 99.5 %; the loss of its zone or server is a restore instead of a failover of 60-120 s",
    }));
}

function smallerDatabases(environment: Environment, pricer: Pricer): readonly Saving[] {
  return standalone(environment).flatMap((node) => {
    const instanceClass = isKnown(node.instanceClass) ? smaller(node.instanceClass) : undefined;
    if (instanceClass === undefined) return [];
    return [
      {
        change: `run ${node.name} on ${instanceClass}`,
        resources: [node.id],
        saves: saved(databaseLines(pricer, node, specOf(node)), databaseLines(pricer, node, { ...specOf(node), instanceClass })),
        price: "half the memory: fewer connections, a colder cache, and a longer recovery after a crash",
      },
    ];
  });
}

/** A saving in one line. */
export const savingText = ({ change, saves, price }: Saving): string =>
  `${change}: saves ${isKnown(saves) ? `${dollars(saves)} a month` : `an unknown amount (${saves.why})`}; its price: ${price}`;
