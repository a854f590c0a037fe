import type { House } from "../house.js";
import { Instances } from "../services/ec2/records.js";
import { TargetGroups } from "../services/elbv2/records.js";
import { resourcesOf, findStack } from "../stacks/records.js";

/** Why a target is not healthy: the instance behind it and the lines of its log that explain it. */
export interface Reason {
  readonly targetId: string;
  readonly name: string;
  readonly because: string;
  readonly log: readonly string[];
  /** Nothing more will happen to it by itself: what set it up has ended, and badly, or it is gone. */
  readonly final: boolean;
}

/** Looks into every instance that the stack's target groups name and that is not answering. */
export async function whyUnhealthy(house: House, stackName: string): Promise<readonly Reason[]> {
  const stack = findStack(house.home, stackName);
  if (stack === undefined) return [];
  const mine = new Set(resourcesOf(house.home, stack.stackId).map((resource) => resource.physicalId));
  const targets = house.home.records
    .list(TargetGroups)
    .filter((group) => mine.has(group.arn))
    .flatMap((group) => group.targets.filter((target) => target.healthyIn.length === 0).map((target) => target.id));
  const reasons = await Promise.all([...new Set(targets)].map((id) => explain(house, id)));
  return reasons.flatMap((reason) => reason ?? []);
}

async function explain(house: House, id: string): Promise<Reason | undefined> {
  const instance = house.home.records.get(Instances, id);
  if (instance === undefined) return undefined;
  const name = instance.tags.Name ?? id;
  if (instance.state !== "running")
    return {
      targetId: id,
      name,
      because: `the instance is ${instance.state}`,
      log: [instance.stateReason?.message ?? ""].filter(Boolean),
      // What is on its way to run may still get there; what was stopped stays so.
      final: instance.wish !== "running",
    };
  const { finished, failed, log } = await house.machines.userData(id);
  if (!finished) return { targetId: id, name, because: "its user data has not ended yet", log, final: false };
  if (failed) return { targetId: id, name, because: "its user data failed", log, final: true };
  const units = await failedUnits(house, id);
  if (units.length > 0) return { targetId: id, name, because: "a service of its own failed", log: units, final: true };
  return { targetId: id, name, because: "its user data ended well, but nothing answers the health check", log, final: false };
}

/** The failed systemd units and their last words. */
async function failedUnits(house: House, id: string): Promise<string[]> {
  const said = async (...argv: string[]): Promise<string[]> => {
    let text = "";
    await house.machines.run(id, argv, { onStdout: (chunk) => (text += chunk.toString()) });
    return text
      .split("\n")
      .map((line) => line.trimEnd())
      .filter(Boolean);
  };
  const units = (await said("systemctl", "list-units", "--state=failed", "--plain", "--no-legend")).flatMap(
    (line) => line.split(" ")[0] ?? [],
  );
  const ours = units.filter((unit) => !unit.startsWith("cloud-"));
  const lines = await Promise.all(
    ours.map((unit) => said("journalctl", "--unit", unit, "--lines", "8", "--no-pager", "--output", "cat")),
  );
  return ours.flatMap((unit, index) => [`${unit} failed:`, ...(lines[index] ?? [])]);
}
