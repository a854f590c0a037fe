import { Command, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { setTimeout as sleep } from "node:timers/promises";
import { UserFault } from "../../faults.js";
import { folders } from "../../parts/host/folders.js";
import { integer, jsonOption, yesOption } from "../arguments.js";
import { confirm } from "../confirm.js";
import { askStop, askTroubles, type Trouble } from "../aws/local-facts.js";
import { ask } from "../control.js";
import { exit } from "../exit.js";
import { example } from "../help.js";
import { json, terminalOutput } from "../output.js";
import { defaults, ensureRegion } from "../region/context.js";
import { readRegionFile } from "../region/files.js";
import { foreground } from "../region/foreground.js";
import { runningRegion } from "../region/start.js";

export const regionVerb = (): CommandUnknownOpts =>
  new Command("region")
    .description("the local stand-in for one AWS region")
    .addCommand(start())
    .addCommand(stop())
    .addCommand(status());

const owner = (text: string): { uid: number; gid: number } => {
  const [uid = 0, gid = 0] = text.split(":").map(Number);
  return { uid, gid };
};

const start = () =>
  new Command("start")
    .description("start the region; returns when it is healthy, and it runs on")
    .option("--port <number>", "loopback port of the AWS API", integer(0, 65535), defaults.port)
    .option("--region <name>", "the AWS region it stands for", defaults.regionName)
    .option(
      "--hold <seconds>",
      "longest time a Describe of one thing in transition is held; 0 turns it off",
      integer(0, 20),
      defaults.hold,
    )
    .option(
      "--ship-log <seconds>",
      "how often the log of databases goes to their backups, and LatestRestorableTime moves on; AWS's is 300",
      integer(1, 300),
      defaults.shipLog,
    )
    .option("--foreground", "stay in front and show its log; ends with Ctrl-C")
    .addOption(new Option("--state <folder>").hideHelp().default(folders().state))
    .addOption(new Option("--images <folder>").hideHelp().default(folders().images))
    .addOption(new Option("--owner <uid:gid>").hideHelp().argParser(owner))
    .addOption(new Option("--quiet").hideHelp())
    .addHelpText("after", example("sandtable region start", 'eval "$(sandtable env)"', "aws ec2 describe-vpcs"))
    .action(async (options) => {
      const output = terminalOutput();
      const wanted = {
        folders: { state: options.state, images: options.images },
        port: options.port,
        regionName: options.region,
        hold: options.hold,
        shipLog: options.shipLog,
        owner: options.owner ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
      };
      if (options.foreground) return void (process.exitCode = await foreground(wanted, output));
      const began = performance.now();
      const { region, started } = await ensureRegion(output, wanted);
      if (options.quiet) return;
      const seconds = ((performance.now() - began) / 1000).toFixed(2);
      output.say(
        `region ${region.regionName} ${started ? `started in ${seconds} s` : "runs already"}: ${region.endpoint} (process ${region.pid})`,
      );
      if (!started && region.regionName !== options.region)
        output.say(`it stands for ${region.regionName}, not ${options.region}: stop it first to change that`);
    });

const stop = () =>
  new Command("stop")
    .description("stop the region's process and what it runs; a later start carries on from its records")
    .option("--purge", "also delete everything: every machine, database, record and file of this region")
    .addOption(yesOption())
    .addHelpText("after", example("sandtable region stop", "sandtable region stop --purge --yes"))
    .action(async (options) => {
      const output = terminalOutput();
      const { state } = folders();
      const purge = options.purge === true;
      if (purge) await confirm(output, `Delete everything of the region in ${state}?`, options.yes === true);
      // Only a region can purge itself: it alone knows its labels, and it is root.
      const running = purge ? (await ensureRegion(output)).region : await runningRegion(state);
      if (running === undefined) return output.say("no region runs");
      const left = await askStop(state, purge, output.status);
      await ended(running.pid);
      if (left.length === 0) output.say(purge ? "region stopped, and nothing of it is left" : "region stopped");
      else
        throw new UserFault("LeftBehind", {
          message: `these could not be removed: ${left.map(({ kind, name }) => `${kind} ${name}`).join(", ")}`,
          fix: "run `sandtable doctor` for what each of them is",
        });
    });

/** Its work is done when it has answered; what is left to it is to go. */
async function ended(pid: number): Promise<void> {
  for (const deadline = performance.now() + 60_000; isAlive(pid); await sleep(10))
    if (performance.now() > deadline)
      throw new UserFault("RegionStillRuns", {
        message: `the region has stopped its work, and its process ${pid} has not ended within a minute`,
        fix: `end it with \`kill -9 ${pid}\``,
      });
}

/** A process of root answers EPERM to others: it is there. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** What the region tries again and again. */
const renderTrouble = ({ kind, id, failures, message }: Trouble): string =>
  `  ${kind} of ${id} failed ${failures === 1 ? "once" : `${failures} times`} and is tried again: ${message}`;

const status = () =>
  new Command("status")
    .description("whether the region runs, and where")
    .addOption(jsonOption())
    .addHelpText("after", example("sandtable region status --json"))
    .action(async (options) => {
      const output = terminalOutput();
      const { state } = folders();
      const region = await runningRegion(state);
      const facts = region === undefined ? undefined : await ask(state, { verb: "status" });
      if (options.json) output.print(json({ running: region !== undefined, state, ...region, ...(facts ?? {}) }));
      else if (region !== undefined)
        output.print(
          [
            `region ${region.regionName} runs: ${region.endpoint} (process ${region.pid}, account ${region.accountId}), state in ${state}`,
            ...(await askTroubles(state)).map(renderTrouble),
          ].join("\n"),
        );
      else
        output.print(
          `no region runs; state in ${state}${readRegionFile(state) === undefined ? "" : " (it was killed: `sandtable region start` carries on)"}`,
        );
      if (region === undefined) process.exitCode = exit.needsSetUp;
    });
