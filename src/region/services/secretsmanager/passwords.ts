import { randomInt } from "node:crypto";
import { invalidParameter, invalidValue } from "./faults.js";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
export interface PasswordWish {
  /** 1 to 4096; default 32. */
  readonly PasswordLength?: number | undefined;
  readonly ExcludeCharacters?: string | undefined;
  readonly ExcludeNumbers?: boolean | undefined;
  readonly ExcludePunctuation?: boolean | undefined;
  readonly ExcludeUppercase?: boolean | undefined;
  readonly ExcludeLowercase?: boolean | undefined;
  readonly IncludeSpace?: boolean | undefined;
  /** Default true. */
  readonly RequireEachIncludedType?: boolean | undefined;
}

const lowercase = "abcdefghijklmnopqrstuvwxyz";
const uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const numbers = "0123456789";
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/** @throws ServiceFault InvalidParameterException, ValidationException */
export function randomPassword(wish: PasswordWish): string {
  const length = wish.PasswordLength ?? 32;
  if (length < 1 || length > 4096)
    throw invalidValue(
      "passwordLength",
      length < 1 ? "Member must have value greater than or equal to 1" : "Member must have value less than or equal to 4096",
    );
  const excluded = new Set(wish.ExcludeCharacters ?? "");
  const types = [
    ...(wish.ExcludeLowercase === true ? [] : [lowercase]),
    ...(wish.ExcludeUppercase === true ? [] : [uppercase]),
    ...(wish.ExcludeNumbers === true ? [] : [numbers]),
    ...(wish.ExcludePunctuation === true ? [] : [punctuation]),
    ...(wish.IncludeSpace === true ? [" "] : []),
  ]
    .map((type) => Array.from(type).filter((character) => !excluded.has(character)))
    .filter((type) => type.length > 0);
  const all = types.flat();
  if (all.length === 0) throw invalidParameter("Every character is excluded: there is nothing to make a password of.");
  const required = wish.RequireEachIncludedType === false ? [] : types;
  if (length < required.length) throw invalidParameter("Password length is too short based on the required types.");
  const characters = [...required.map(oneOf), ...Array.from({ length: length - required.length }, () => oneOf(all))];
  return shuffled(characters).join("");
}

const oneOf = (characters: readonly string[]): string => characters[randomInt(characters.length)] ?? "";

/** Fisher and Yates. */
function shuffled(characters: readonly string[]): readonly string[] {
  const copy = [...characters];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [copy[last], copy[other]] = [copy[other] ?? "", copy[last] ?? ""];
  }
  return copy;
}
