import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, afterEach, expect, test } from "vitest";
import { loadWire } from "../../../src/region/protocol/wire.js";
import { compact } from "./ensure-wire.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sandtable-wire-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("the same client gives the same table, and nothing else is left in the folder", { timeout: 60_000 }, async () => {
  const path = join(folder, "sts.json");
  await compact(folder, ["sts"]);
  const first = await readFile(path, "utf8");
  await compact(folder, ["sts"]);
  expect(await readFile(path, "utf8")).toBe(first);
  expect(await readdir(folder)).toEqual(["sts.json"]);
  const wire = loadWire("sts", folder);
  expect(wire).toMatchObject({ service: "sts", protocol: "awsQuery", apiVersion: "2011-06-15" });
  expect(wire.operation("GetCallerIdentity")?.output.getMemberSchemas()).toHaveProperty("Arn");
  expect(wire.operation("constructor")).toBeUndefined();
  expect(wire.error("ExpiredTokenException")).toMatchObject({ name: "ExpiredTokenException", status: 400 });
});

test("a table that is missing or of another version is said so, with what to do", async () => {
  expect(() => loadWire("sts", folder)).toThrow(
    expect.objectContaining({ code: "WireTableMissing", fix: "run `npm run build`" }) as Error,
  );
  await writeFile(join(folder, "old.json"), '{"table":0}');
  expect(() => loadWire("old", folder)).toThrow(expect.objectContaining({ code: "WireTableOld" }) as Error);
});
