import { readFileSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { estimate } from "../../analysis/cost/estimate.js";
import { assess } from "../../analysis/objectives/assess.js";
import { atLeast } from "../../analysis/verdict/order.js";
import type { Severity } from "../../analysis/finding.js";
import type { Overall } from "../../analysis/verdict/report.js";
import { UserFault } from "../../faults.js";
import type { TargetName } from "../aws/target-names.js";
import { verdictExit } from "../exit.js";
import { colours, type Output } from "../output.js";
import { parseParameters } from "../up/parameters.js";
import { openBaseline } from "./baseline.js";
import { jsonText, type Whole } from "./document.js";
import { graphOf } from "../../environment/graph/graph.js";
import { isKnown } from "../../environment/maybe.js";
import { mergeUsage } from "../../environment/stated.js";
import { examine } from "./examine.js";
import { renderCost } from "./forms/cost.js";
import { renderObjectives } from "./forms/objectives.js";
import { junitXml } from "./forms/junit.js";
import { picture } from "./forms/picture.js";
import { sarifLog } from "./forms/sarif.js";
import { textReport } from "./forms/text.js";
import { pricesInUse } from "./prices.js";
import { othersIn, unlessTold } from "./others.js";
import { read } from "./read.js";
import type { StackText } from "./stacks.js";
import { parseMeasured, parseUsage, refuseStrangers } from "./stated.js";

export type Format = "text" | "json" | "sarif" | "junit";

export interface CheckOptions {
  readonly live?: true;
  readonly target: TargetName;
  readonly stack?: string;
  readonly parameter: readonly string[];
  readonly region?: string;
  readonly failOn: Severity;
  readonly allowUnknown?: true;
  readonly baseline?: string;
  readonly format?: Format;
  readonly json?: true;
  readonly output: readonly string[];
  readonly validator?: true;
  readonly measured: readonly string[];
  readonly usage: readonly string[];
}

/** Judge an environment before it exists. Gives the exit code. Throws a `UserFault` for what cannot be judged whole. */
export async function check(paths: readonly string[], options: CheckOptions, output: Output): Promise<number> {
  const now = new Date();
  const began = performance.now();
  const prices = await pricesInUse();
  const acceptances = options.baseline === undefined ? [] : openBaseline(options.baseline);
  const stated = { usage: parseUsage(options.usage), measured: parseMeasured(options.measured) };
  const { description, stacks } = await read(
    {
      paths,
      live: options.live === true,
      target: options.target,
      stack: options.stack,
      parameters: new Map(Object.entries(parseParameters(options.parameter))),
      region: options.region,
    },
    output,
  );
  if (options.validator === true) refuseWithoutTemplate(stacks);
  const validator = options.validator === true ? await import("./validator.js") : undefined;
  const validation = validator?.validate(stacks, isKnown(description.region) ? description.region : undefined);
  const environment = graphOf(description);
  const grounds = { prices, ...stated };
  const assessment = assess(environment, grounds);
  const bill = estimate(environment, grounds);
  refuseStrangers(mergeUsage(environment.objectives.usage ?? {}, stated.usage), bill.lines);
  if (validation !== undefined) output.status("the CDK's validator reads its rules …");
  const told = othersIn(stacks, environment);
  const validated =
    validator === undefined || validation === undefined
      ? []
      : validator.findingsOfValidation(await validation, stacks, environment);
  const others = [...told, ...unlessTold(validated, told)];
  const { report } = examine(environment, { failOn: options.failOn, acceptances, now, grounds, others });
  const exitCode = exitCodeFor(report.overall, options.allowUnknown === true);
  const made: Making = {
    examination: { environment, report, assessment, estimate: bill },
    exitCode,
    baseline: options.baseline !== undefined,
    allowUnknown: options.allowUnknown === true,
    seconds: (performance.now() - began) / 1000,
    now,
  };
  for (const file of options.output) write(file, inForm(formatOf(file, options.format), made, { colours: false }));
  const shown = options.json === true ? "json" : options.output.length > 0 ? "text" : (options.format ?? "text");
  output.print(inForm(shown, made, { colours: true }));
  return exitCode;
}

/** The validator judges templates: an account and a plan have none. Throws `BadOption`. */
function refuseWithoutTemplate(stacks: readonly StackText[]): void {
  if (stacks.length > 0) return;
  throw new UserFault("BadOption", {
    at: "--validator",
    message: "the CDK's validator judges templates, and there is none to give it",
    fix: "leave --validator out for a plan and for an account",
  });
}

/** What the process ends with. */
export function exitCodeFor(overall: Overall, allowUnknown: boolean): number {
  if (overall === "unknown" && allowUnknown) return verdictExit.pass;
  return verdictExit[overall];
}

interface Making {
  readonly examination: Whole;
  readonly exitCode: number;
  readonly baseline: boolean;
  readonly allowUnknown: boolean;
  readonly seconds: number;
  readonly now: Date;
}

function inForm(format: Format, made: Making, on: { readonly colours: boolean }): string {
  const { environment, report, assessment, estimate: bill } = made.examination;
  switch (format) {
    case "json":
      return jsonText(made.examination);
    case "sarif": {
      const { exitCode, baseline } = made;
      return JSON.stringify(sarifLog(report, { version: ownVersion(), exitCode, baseline }), null, 2);
    }
    case "junit":
      return junitXml(report, made);
    case "text": {
      const c = on.colours ? colours(process.stdout) : colours({});
      const width = Math.min(140, Math.max(60, process.stdout.columns ?? 120));
      const marked = new Set(
        report.findings.filter(({ severity }) => atLeast(severity, report.failOn)).map(({ resource }) => resource.id),
      );
      return textReport(
        report,
        {
          picture: picture(environment, marked, width),
          objectives: renderObjectives(assessment, c, width),
          cost: renderCost(bill, width),
        },
        { colours: c, width },
      );
    }
  }
}

const endings: Readonly<Record<string, Format>> = { ".sarif": "sarif", ".xml": "junit", ".json": "json", ".txt": "text" };

/** The form that was asked for, else the one that the file's ending means. */
function formatOf(file: string, asked: Format | undefined): Format {
  const format = asked ?? (file.endsWith(".sarif.json") ? "sarif" : endings[extname(file)]);
  if (format !== undefined) return format;
  throw new UserFault("BadOption", {
    at: file,
    message: `the ending of ${file} does not say which form it is to have`,
    fix: "add --format, or let it end with .sarif, .xml (JUnit), .json or .txt",
  });
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`);
  } catch (error) {
    throw new UserFault("CannotWrite", {
      at: file,
      message: `the report cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      fix: "give a file in a folder that exists and may be written to",
      cause: error,
    });
  }
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { version: string };
  return version;
}
