import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { spawn } from "node:child_process";
import { UserFault } from "../../faults.js";
import { adoptEnvironment, localTarget } from "../aws/target.js";
import { exit } from "../exit.js";
import { example } from "../help.js";
import { terminalOutput } from "../output.js";

export const awsVerb = (): CommandUnknownOpts =>
  new Command("aws")
    .description("run your own aws CLI against the region")
    .argument("[arguments...]", "anything the aws CLI takes")
    .helpOption("-h", "display help for command")
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText(
      "after",
      example(
        "sandtable aws ec2 describe-instances",
        "sandtable aws cloudformation deploy --template-file t.yaml --stack-name t",
      ),
    )
    .action(async (args) => {
      const target = await localTarget(terminalOutput(), { start: false });
      const env = { ...process.env };
      adoptEnvironment(target, env);
      // Versions before 2.13 (1.29) do not read AWS_ENDPOINT_URL, and all of them read the option.
      process.exitCode = await run("aws", ["--endpoint-url", target.endpoint, ...args], env);
    });

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", env });
    // Ctrl-C is for the aws CLI, which reports it with its exit code.
    process.on("SIGINT", () => undefined);
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        // EACCES: one on the PATH that this user may not run.
        error.code === "ENOENT" || error.code === "EACCES"
          ? new UserFault("MissingPrograms", {
              message: "there is no aws CLI on this machine that you can run",
              fix: "install it (Debian: apt-get install awscli), or use any other AWS client with `sandtable env`",
            })
          : error,
      ),
    );
    child.on("close", (code) => resolve(code ?? exit.failed));
  });
}
