import { existsSync, readFileSync } from "node:fs";
import type { CostLine } from "../../analysis/cost/lines.js";
import { readMeasured, readUsage, type StatedReading } from "../../environment/graph/stated.js";
import { everyOther, isUsageName, mergeUsage, type Measured, type Usage, type UsageName } from "../../environment/stated.js";
import { UserFault } from "../../faults.js";
import { describeProblems } from "../../template/problems.js";
import { readText } from "../../template/text.js";
import { placeText } from "./document.js";

const pairsOf = (text: string): readonly string[] => text.split(",").map((pair) => pair.trim());

/** `restore=840,launch=95`: seconds, or times as `14m`. Throws `BadOption`. */
export function parseMeasured(texts: readonly string[]): Measured {
  const pairs = texts.flatMap(pairsOf).map((pair) => parted(pair, "--measured", "--measured restore=840,launch=95"));
  return accepted("--measured", readMeasured(Object.fromEntries(pairs)));
}

/** `natGb=120`, `bucketGb:Photos=500` (of one resource), or a file (YAML or JSON) that says the same. Throws `BadOption`, `BadUsage`. */
export function parseUsage(texts: readonly string[]): Usage {
  return texts
    .flatMap((text) => (text.includes("=") ? pairsOf(text).map(usageOfPair) : [usageOfFile(text)]))
    .reduce(mergeUsage, {});
}

function usageOfPair(pair: string): Usage {
  const [key, value] = parted(pair, "--usage", "--usage natGb=120,bucketGb:Photos=500");
  const colon = key.indexOf(":");
  const said = colon < 0 ? { [key]: value } : { [key.slice(0, colon)]: { [key.slice(colon + 1)]: value } };
  return accepted("--usage", readUsage(said));
}

function parted(pair: string, option: string, example: string): readonly [string, string] {
  const at = pair.indexOf("=");
  if (at > 0 && at < pair.length - 1) return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  throw new UserFault("BadOption", {
    at: option,
    message: `${pair === "" ? "what stands between two commas" : pair} is not of the form NAME=VALUE`,
    fix: `write e.g. ${example}`,
  });
}

function accepted<T>(option: string, { stated, faults }: StatedReading<T>): T {
  if (faults.length === 0) return stated;
  throw new UserFault("BadOption", {
    at: option,
    message: faults.map(({ message }) => message).join("\n"),
    fix: "correct these; nothing was judged",
  });
}

function usageOfFile(file: string): Usage {
  if (!existsSync(file))
    throw new UserFault("NotFound", {
      at: file,
      message: `${file} is neither a use (NAME=VALUE) nor a file`,
      fix: "write e.g. --usage natGb=120, or give a YAML or JSON file with such names",
    });
  const { value, locate, problems } = readText(readFileSync(file, "utf8"));
  if (value === undefined || problems.length > 0)
    throw new UserFault("BadUsage", {
      at: file,
      message: `${file} cannot be read as a use:\n${describeProblems(problems)}`,
      fix: "correct these places",
    });
  const { stated, faults } = readUsage(value);
  if (faults.length === 0) return stated;
  throw new UserFault("BadUsage", {
    at: file,
    message: faults.map(({ path, message }) => `${placeText({ file, ...locate(path) })}: ${message}`).join("\n"),
    fix: "correct these places; nothing was judged",
  });
}

/**
 * A use that is stated of a resource which does not pay by it would change nothing: it is a mistake. Throws `BadUsage` with the
 * resources that there are.
 */
export function refuseStrangers(usage: Usage, lines: readonly CostLine[]): void {
  const payers = new Map<UsageName, Set<string>>();
  for (const { by, resource } of lines) {
    if (by === undefined) continue;
    const names = payers.get(by) ?? new Set();
    payers.set(by, names.add(resource.id).add(resource.name));
  }
  const strange = Object.entries(usage).flatMap(([name, stated]) =>
    !isUsageName(name) || typeof stated === "number"
      ? []
      : Object.keys(stated)
          .filter((resource) => resource !== everyOther && payers.get(name)?.has(resource) !== true)
          .map((resource) => {
            const known = [...(payers.get(name) ?? [])].join(", ");
            return `${name} is stated of ${resource}, which does not pay by it (${known === "" ? "nothing here does" : `these do: ${known}`})`;
          }),
  );
  if (strange.length > 0)
    throw new UserFault("BadUsage", {
      message: strange.join("\n"),
      fix: "correct the resource's id or name; nothing was judged",
    });
}
