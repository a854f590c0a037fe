import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown } from "../../environment/maybe.js";
import type { NatGateway } from "../../environment/network.js";
import type { Rule } from "../finding.js";
import { listed, notKnown, ruleOver } from "../rule.js";
import { zoneOf, zonesOf } from "../zones.js";

const natGuide = "Amazon VPC User Guide: NAT gateway basics (create one in each Availability Zone)";

/** Subnets with hosts whose way out is this gateway. */
function subnetsBehind(environment: Environment, nat: NatGateway): readonly string[] {
  const inhabited = new Set(
    [...environment.interfaces.values()]
      .filter(({ owner }) => owner.kind === "instance" || owner.kind === "autoScalingGroup")
      .flatMap(({ subnets }) => subnets),
  );
  return [...environment.subnets.values()]
    .filter(({ id, routeTable }) => {
      const routes = isKnown(routeTable) ? (environment.routeTables.get(routeTable)?.routes ?? []) : [];
      return (
        inhabited.has(id) && routes.some(({ target }) => isKnown(target) && target.kind === "natGateway" && target.id === nat.id)
      );
    })
    .map(({ id }) => id);
}

export const singleNat: Rule = ruleOver(
  {
    id: "one-nat-gateway-for-several-zones",
    subject: "redundancy",
    severity: "low",
    summary: "Hosts of several zones go out through one NAT gateway",
    sources: [natGuide],
  },
  function* (environment) {
    for (const nat of environment.natGateways.values()) {
      const subnets = subnetsBehind(environment, nat);
      const { names, unknown } = zonesOf(environment, subnets);
      const zone = zoneOf(environment, nat.subnet);
      if (names.length < 2 && (unknown === undefined || subnets.length < 2)) continue;
      const said = {
        title: `hosts of ${listed(names)} go out through it`,
        reason: `It is in ${isKnown(zone) ? zone : "one zone"}: with that zone the others lose their way out (packages, AWS's endpoints). Where requests need that way, its 99.9 % multiplies theirs.`,
        fix: "a NAT gateway in each zone, or endpoints for what is needed; or accept it for the cost",
      };
      if (names.length > 1 || unknown === undefined) yield [nat, said];
      else yield [nat, notKnown({ ...said, title: "hosts of perhaps several zones go out through it" }, unknown)];
    }
  },
);

export const natButNoStandby: Rule = ruleOver(
  {
    id: "nat-gateway-per-zone-but-database-in-one",
    subject: "redundancy",
    severity: "medium",
    summary: "A NAT gateway for each zone is paid for, while the database, which matters more, is in one",
    sources: [natGuide, "Amazon RDS User Guide: Configuring and managing a Multi-AZ deployment for Amazon RDS"],
  },
  function* (environment) {
    const gateways = [...environment.natGateways.values()];
    const { names } = zonesOf(
      environment,
      gateways.map(({ subnet }) => subnet),
    );
    const own = [...environment.databases.values()].filter(
      ({ cluster, replicaOf }) => cluster === undefined && replicaOf === undefined,
    );
    const certain = own.filter(({ multiAz }) => multiAz === false);
    const alone = certain.length > 0 ? certain : own.filter(({ multiAz }) => isUnknown(multiAz));
    const [database] = alone;
    if (names.length < 2 || database === undefined) return;
    const { multiAz } = database;
    const said = {
      title: `is ${isUnknown(multiAz) ? "perhaps " : ""}in one zone, beside ${String(gateways.length)} NAT gateways in ${String(names.length)}`,
      reason: `The gateways keep hosts' way out alive when a zone is lost; with the zone of ${listed(alone.map(({ name }) => name))} the service is lost anyway. ${String(gateways.length - 1)} of them cost about what a standby of a small database does.`,
      fix: "turn MultiAZ on and keep one NAT gateway, or state an availability that one zone can give",
    };
    yield [database, isUnknown(multiAz) ? notKnown(said, multiAz) : said];
  },
);
