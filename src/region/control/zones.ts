import * as z from "zod";
import { UserFault } from "../../faults.js";
import { CutZones } from "../faults/zones.js";
import type { House } from "../house.js";
import { put, remove } from "../records/records.js";
import { Vpcs } from "../services/ec2/records.js";
import { zonesOf } from "../services/ec2/zones.js";
import { DBInstances } from "../services/rds/records.js";
import type { ControlHandler } from "./server.js";

const wish = z.object({ zone: z.string(), cut: z.boolean() });

/** Cut an availability zone off, or let it back: in force when this answers. Again is fine. */
export const zoneVerb =
  (house: House): ControlHandler =>
  async (request) => {
    const { zone, cut } = wish.parse(request);
    const scope = house.home;
    if (!zonesOf(scope.regionName).includes(zone))
      throw new UserFault("NotFound", {
        at: zone,
        message: `${scope.regionName} has no availability zone ${zone}`,
        fix: `name one of ${zonesOf(scope.regionName).join(", ")}`,
      });
    scope.commit(cut ? put(CutZones, zone, { zone, since: scope.now() }) : remove(CutZones, zone));
    await house.store.durable();
    await Promise.all(scope.records.list(Vpcs).map(({ vpcId }) => scope.upkeep.network(vpcId)));
    for (const { identifier } of scope.records.list(DBInstances)) scope.upkeep.nudge("database", identifier);
    return { zone, cut };
  };
