import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { exitCodeOf } from "../../src/cli/exit.js";
import { program } from "../../src/cli/program.js";

interface Verb {
  readonly name: string;
  readonly help: string;
  readonly options: readonly string[];
}

/** Every command without commands of its own, with its whole help. */
function verbs(): readonly Verb[] {
  const found: Verb[] = [];
  const visit = (command: ReturnType<typeof program>["commands"][number], path: string): void => {
    if (command.commands.length > 0) return command.commands.forEach((child) => visit(child, `${path} ${child.name()}`));
    let help = "";
    command.configureOutput({ writeOut: (text) => (help += text) });
    command.outputHelp();
    found.push({ name: path, help, options: command.options.map((option) => option.long ?? "") });
  };
  program("0.0.0").commands.forEach((command) => visit(command, command.name()));
  return found;
}

test.each(verbs().map((verb) => [verb.name, verb] as const))(
  "`sandtable %s --help` shows an example and the exit codes",
  (_, verb) => {
    expect(verb.help).toMatch(/Example:\n {2}\$ |\n {2}\$ sandtable /);
    // Two verbs answer a question by how they end.
    const exits = { check: "Exit codes: 0 pass; 1 findings", reach: "Exit codes: 0 reachable" }[verb.name];
    expect(verb.help).toContain(exits ?? "Exit codes: 0 done; 1 failed");
  },
);

test.each(["up", "check", "reach", "status", "down", "env", "doctor", "region status", "image prepare"])(
  "`sandtable %s` has --json",
  (name) => {
    expect(verbs().find((verb) => verb.name === name)?.options).toContain("--json");
  },
);

test.each([
  [["up"], "missing required argument 'path'"],
  [["upp", "x"], "unknown command 'upp'"],
  [["up", "x", "--target", "gcp"], "Allowed choices are local, aws"],
  [["up", "x", "--wait", "soon"], "It must be a whole number"],
  [["region", "start", "--hold", "21"], "from 0 to 20"],
  [["region", "start", "--port", "65536"], "from 0 to 65535"],
  [["status", "--nothing"], "unknown option '--nothing'"],
  [["check", "x", "--fail-on", "dreadful"], "Allowed choices are critical, high, medium, low, info"],
  [["check", "x", "--format", "pdf"], "Allowed choices are text, json, sarif, junit"],
])("`sandtable %j` is refused before anything is done", async (argv, message) => {
  const root = program("0.0.0");
  let said = "";
  const listen = (command: { configureOutput(how: object): unknown; commands: readonly unknown[] }): void => {
    command.configureOutput({ writeErr: (text: string) => (said += text) });
    command.commands.forEach((child) => listen(child as typeof command));
  };
  listen(root);
  await expect(root.parseAsync(argv, { from: "user" })).rejects.toBeInstanceOf(CommanderError);
  expect(said).toContain(message);
});

test.each([
  ["Declined", 4],
  ["NotFound", 2],
  ["NeedsConfirmation", 2],
  ["RegionNotRunning", 3],
  ["MissingPrograms", 3],
  ["DeploymentFailed", 1],
])("a fault %s ends with exit code %i", (code, exit) => {
  expect(exitCodeOf(code)).toBe(exit);
});
