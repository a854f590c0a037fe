import type { RegionLabel } from "../host/label.js";
import { groups } from "./numbers.js";
import { internet } from "./spec.js";
import { NamespaceDraft, type FabricPlan } from "./plan.js";
import { hostSysctls } from "./sysctls.js";
import { chain } from "./text.js";
import { servicesName } from "./vpc.js";

/**
 * Where gateway endpoints lead: a namespace of the region's services, which has no way on. What is meant for an address that no
 * service has is not answered.
 */
export function planServices(label: RegionLabel): FabricPlan {
  const draft = new NamespaceDraft({
    name: servicesName(label),
    is: "the services behind gateway endpoints",
    kind: "router",
    entriesAre: "shared",
    sysctls: hostSysctls,
  });
  draft.add(`addr ${internet.s3}/32 dev lo`);
  const pieces = [
    // VPCs do not reach each other by way of it, and no service calls a VPC.
    ...chain("forward", ["drop"], "type filter hook forward priority 0"),
    ...chain("output", [`oifgroup ${groups.endpoint} ct state new drop`], "type filter hook output priority 0"),
  ];
  return {
    owner: "services",
    namespaces: new Map([[draft.fixed.name, draft.done([{ family: "ip", name: "services", pieces }])]]),
    links: new Map(),
  };
}
