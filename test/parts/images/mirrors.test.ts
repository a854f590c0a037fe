import { expect, test } from "vitest";
import { mirrorAccess } from "../../../src/parts/images/mirrors.js";

test.each([
  ["a line", ["deb http://deb.example.org/debian bookworm main"], ["deb.example.org:80"]],
  ["a line with options", ["deb [signed-by=/a/b] https://Deb.example.org/debian bookworm main"], ["deb.example.org:443"]],
  ["a list of mirrors", ["deb mirror+http://deb.example.org:8080/list bookworm main"], ["deb.example.org:8080"]],
  ["the newer form", ["Types: deb", "URIs: https://deb.example.org/debian"], ["deb.example.org:443"]],
  ["a comment, a file", ["# deb http://old.example.org/ x main", "deb file:/srv/debian bookworm main"], []],
])("mirrors of %s", (_, sources, mirrors) => {
  expect(mirrorAccess(sources, [])).toEqual({ mirrors: new Set(mirrors) });
});

test("the host's own proxy is the way to them", () => {
  const settings = ['Acquire::Retries "3";', 'Acquire::http::Proxy "http://cache.example.org:3142/";'];
  expect(mirrorAccess([], settings).upstream).toBe("cache.example.org:3142");
});
