import type { AutoScalingGroup, Instance } from "../../environment/compute.js";
import type { Environment } from "../../environment/environment.js";
import { isUnknown } from "../../environment/maybe.js";
import type { Said } from "../finding.js";
import { at, notKnown, ruleOver, type About } from "../rule.js";
import { readScript, type Script } from "./script.js";

export type Host = Instance | AutoScalingGroup;

/** All that boots machines. A launch template that no group uses boots none; one that is used is seen through its group. */
export const hostsOf = (environment: Environment): readonly Host[] => [
  ...environment.instances.values(),
  ...environment.autoScalingGroups.values(),
];

/** What a host's user data does; undefined where it has none or none of it is known. */
export function scriptOf(host: Host): Script | undefined {
  const { userData } = host.settings;
  return userData === undefined || isUnknown(userData) ? undefined : readScript(userData);
}

/**
 * A rule that reads user data. Where a host's is not known at all, so is the verdict; parts that are not known stand in it as `${…}`
 * and are nothing that a rule could find.
 */
export const ruleOnUserData = (
  about: About,
  unread: Said,
  look: (script: Script, text: string, host: Host, environment: Environment) => Iterable<Said>,
) =>
  ruleOver(about, function* (environment) {
    for (const host of hostsOf(environment)) {
      const { userData } = host.settings;
      if (userData === undefined) continue;
      const place = at(host, "UserData");
      if (isUnknown(userData)) yield [host, { ...place, ...notKnown(unread, userData) }];
      else for (const said of look(readScript(userData), userData, host, environment)) yield [host, { ...place, ...said }];
    }
  });
