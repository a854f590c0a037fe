import { expect, test } from "vitest";
import { randomPassword, type PasswordWish } from "../../../../src/region/services/secretsmanager/passwords.js";

const lower = /[a-z]/;
const upper = /[A-Z]/;
const number = /[0-9]/;
const mark = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/;
const space = / /;

/** So many that what may not come by chance would come. */
const many = (wish: PasswordWish): readonly string[] => Array.from({ length: 300 }, () => randomPassword(wish));

test.each<[PasswordWish, number, readonly RegExp[], readonly RegExp[]]>([
  [{}, 32, [lower, upper, number, mark], [space]],
  [{ PasswordLength: 4 }, 4, [lower, upper, number, mark], [space]],
  [{ PasswordLength: 5, IncludeSpace: true }, 5, [lower, upper, number, mark, space], []],
  [{ PasswordLength: 3, ExcludePunctuation: true }, 3, [lower, upper, number], [mark]],
  [{ PasswordLength: 2, ExcludeNumbers: true, ExcludePunctuation: true }, 2, [lower, upper], [number, mark]],
  [{ PasswordLength: 2, ExcludeLowercase: true, ExcludePunctuation: true }, 2, [upper, number], [lower, mark]],
  [{ ExcludeUppercase: true, ExcludeLowercase: true, ExcludeNumbers: true }, 32, [mark], [lower, upper, number]],
  [{ ExcludeCharacters: 'abcdefghijklmnopqrstuvwxyz@/"\\]^-' }, 32, [upper, number, mark], [lower, /[@/"\\\]^-]/]],
])("a password of %o has %d characters of the wanted kinds", (wish, length, always, never) => {
  for (const password of many(wish)) {
    expect(password).toHaveLength(length);
    for (const kind of always) expect(password).toMatch(kind);
    for (const kind of never) expect(password).not.toMatch(kind);
  }
});

test("where not each kind is required, some lack one", () => {
  expect(many({ PasswordLength: 4, RequireEachIncludedType: false }).some((password) => !number.test(password))).toBe(true);
  expect(randomPassword({ PasswordLength: 1, RequireEachIncludedType: false })).toHaveLength(1);
});

test("the required kinds may be anywhere", () => {
  const places = new Set(many({ PasswordLength: 4 }).map((password) => password.search(number)));
  expect(places).toEqual(new Set([0, 1, 2, 3]));
});

test.each<[PasswordWish, string]>([
  [{ PasswordLength: 3 }, "InvalidParameterException"],
  [{ PasswordLength: 0 }, "ValidationException"],
  [{ PasswordLength: 4097 }, "ValidationException"],
  [
    { ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, ExcludePunctuation: true },
    "InvalidParameterException",
  ],
])("a password of %o is refused with %s", (wish, code) => {
  expect(() => randomPassword(wish)).toThrow(expect.objectContaining({ code }));
});
