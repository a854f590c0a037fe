import type { Filter } from "@aws-sdk/client-secrets-manager";
import { invalidParameter } from "./faults.js";
import type { Secret } from "./records.js";

/**
 * Filters of ListSecrets and BatchGetSecretValue, purely: every filter must hold, by one of its values; `!` before a value turns it
 * round. Words begin at punctuation and at capitals.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html
 */
export function passes(secret: Secret, regionName: string, filters: readonly Filter[] = []): boolean {
  return filters.every(({ Key, Values = [] }) => {
    const test = Key === undefined || !Object.hasOwn(tests, Key) ? undefined : tests[Key];
    if (test === undefined) throw invalidParameter(`There is no filter ${Key}: use ${Object.keys(tests).join(", ")}.`);
    if (Values.length < 1 || Values.length > 10)
      throw invalidParameter(`The filter ${Key} has ${Values.length} values; it must have 1 to 10.`);
    return Values.some((value) =>
      value.startsWith("!") ? !test(secret, value.slice(1), regionName) : test(secret, value, regionName),
    );
  });
}

type Test = (secret: Secret, value: string, regionName: string) => boolean;

const tests: Readonly<Record<string, Test>> = {
  name: ({ name }, value) => name.startsWith(value),
  // AWS's page says prefix; it matches by words, as `all` does.
  description: ({ description = "" }, value) => hasWords([description], value),
  "tag-key": ({ tags }, value) => Object.keys(tags).some((key) => key.startsWith(value)),
  "tag-value": ({ tags }, value) => Object.values(tags).some((text) => text.startsWith(value)),
  // Nothing is replicated: every secret is at home.
  "primary-region": (_secret, value, regionName) => regionName.startsWith(value),
  "owning-service": ({ owningService = "" }, value) => owningService !== "" && owningService.startsWith(value),
  all: ({ name, description = "", tags }, value) => hasWords([name, description, ...Object.entries(tags).flat()], value),
};

const hasWords = (texts: readonly string[], value: string): boolean => {
  const wanted = wordsOf(value);
  return wanted.length > 0 && texts.some((text) => wanted.every((word) => wordsOf(text).some((known) => known.startsWith(word))));
};

const wordsOf = (text: string): readonly string[] =>
  text
    .split(/[\s/_+=.@-]+|(?<=[a-z])(?=[A-Z])/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
