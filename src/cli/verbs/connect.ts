import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Instance } from "@aws-sdk/client-ec2";
import { UserFault } from "../../faults.js";
import { clientsFor, type Clients } from "../aws/clients.js";
import { localTarget } from "../aws/target.js";
import { attach } from "../attach.js";
import { example } from "../help.js";
import { terminalOutput } from "../output.js";

export const connectVerb = (): CommandUnknownOpts =>
  new Command("connect")
    .description("a shell, or one command, on an instance")
    .argument("<name>", "the instance's Name tag or id")
    .argument("[command...]", "after --; without one, a login shell")
    .passThroughOptions()
    .addHelpText(
      "after",
      example("sandtable connect app-instance-1", "sandtable connect app-instance-1 -- systemctl status flask-app"),
    )
    .action(async (name, argv) => {
      const target = await localTarget(terminalOutput(), { start: false });
      const instanceId = chooseInstance(name, await running(clientsFor(target)));
      process.exitCode = await attach(target.state, { verb: "connect", instanceId, argv });
    });

async function running(clients: Clients): Promise<readonly Instance[]> {
  const { paginateDescribeInstances } = await import("@aws-sdk/client-ec2");
  const found: Instance[] = [];
  for await (const page of paginateDescribeInstances({ client: await clients.ec2() }, {}))
    found.push(...(page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []));
  return found.filter((instance) => instance.State?.Name !== "terminated" && instance.State?.Name !== "shutting-down");
}

/** The one instance that is meant. Pure. Throws `NotFound`, `AmbiguousName`, `NotRunning`. */
export function chooseInstance(name: string, instances: readonly Instance[]): string {
  const found = instances.filter((one) => one.InstanceId === name || nameOf(one) === name);
  const [instance] = found;
  if (instance?.InstanceId === undefined)
    throw new UserFault("NotFound", {
      at: name,
      message: `there is no instance ${name}`,
      fix:
        instances.length === 0
          ? "start one: `sandtable up examples/flask-ha`"
          : `take one of ${instances.map((one) => nameOf(one) ?? one.InstanceId).join(", ")}`,
    });
  if (found.length > 1)
    throw new UserFault("AmbiguousName", {
      at: name,
      message: `${found.length} instances are named ${name}`,
      fix: `give an id: ${found.map((one) => one.InstanceId).join(", ")}`,
    });
  if (instance.State?.Name !== "running")
    throw new UserFault("NotRunning", {
      at: name,
      message: `instance ${name} is ${instance.State?.Name}`,
      fix: `start it: \`sandtable aws ec2 start-instances --instance-ids ${instance.InstanceId}\``,
    });
  return instance.InstanceId;
}

const nameOf = (instance: Instance): string | undefined => instance.Tags?.find((tag) => tag.Key === "Name")?.Value;
