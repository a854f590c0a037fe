import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { targetNames } from "./aws/target-names.js";

/** Readers of option values, shared by the verbs. */

export function integer(minimum: number, maximum: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < minimum || value > maximum)
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
    return value;
  };
}

export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export const targetOption = () =>
  new Option("--target <where>", "the local region, or AWS with your own credentials")
    .choices(targetNames)
    .default("local" as const);

export const jsonOption = () => new Option("--json", "one JSON document on standard output; progress goes to standard error");

export const yesOption = () => new Option("--yes", "do not ask");
