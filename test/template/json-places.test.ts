import fc from "fast-check";
import { expect, test } from "vitest";
import { readText } from "../../src/template/text.js";
import { isList, isValues, type Path, type Value } from "../../src/template/value.js";

function* pathsIn(value: Value, path: Path = []): Generator<Path> {
  yield path;
  const entries: Iterable<readonly [string | number, Value]> = isList(value)
    ? value.entries()
    : isValues(value)
      ? Object.entries(value)
      : [];
  for (const [key, inner] of entries) yield* pathsIn(inner, [...path, key]);
}

test("a place in JSON is where the YAML reader finds it", () => {
  // Keys that look like numbers would be sorted by JavaScript, and "__proto__" is no key of an object literal.
  const key = fc.oneof(fc.constantFrom("a", 'b"c', "d\\", "e: f", "ü", "Fn::Sub"), fc.stringMatching(/^[a-z]{1,4}$/));
  const { value } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<Value>(true, false, 1, -2.5, 1e21, "", "x,y:{}[]", 'q"\\'),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, value, { noNullPrototype: true }), fc.constantFrom(undefined, 1, 2, "\t"), (made, indent) => {
      const text = JSON.stringify(made, null, indent);
      const json = readText(text);
      // A comment is no JSON: the same text one line lower, by the other reader.
      const yaml = readText(`# JSON\n${text}`);
      if (yaml.problems.length > 0) return;
      for (const path of pathsIn(made)) {
        const { line, column } = yaml.locate(path);
        expect({ path, ...json.locate(path) }).toEqual({ path, line: line - 1, column });
      }
    }),
  );
});

test("a place that is not there is that of what is around it", () => {
  const { locate } = readText('{\n  "Resources": {"A": [1, 2]}\n}');
  expect(locate(["Resources", "A", 1])).toEqual({ line: 2, column: 26 });
  expect(locate(["Resources", "A", 7, "b"])).toEqual({ line: 2, column: 17 });
  expect(locate(["Nowhere"])).toEqual({ line: 1, column: 1 });
});
