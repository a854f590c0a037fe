import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command, run } from "../../../src/parts/host/command.js";
import { put, recordType } from "../../../src/region/records/records.js";
import { Store } from "../../../src/region/records/store.js";

interface Thing {
  readonly text: string;
}
const Things = recordType<Thing>("test:Thing");
const scope = { accountId: "000000000000", regionName: "eu-west-3" };

/** A file system of its own that really gets full. */
const disk = mkdtempSync(join(tmpdir(), "sandtable-rooted-disk-"));
beforeAll(() => run(command("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk)));
afterAll(async () => {
  await run(command("umount", disk));
  rmSync(disk, { recursive: true });
});

const fill = (): void => {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, "ballast"), Buffer.alloc(Math.max(0, bavail * bsize)));
};

const kept = (): readonly Thing[] => {
  const store = Store.open(disk);
  const things = store.records(scope).list(Things);
  store.close();
  return things;
};

test("on a full disk a commit is refused and memory is what the disk has; with space it goes on", async () => {
  const failures: unknown[] = [];
  const store = Store.open(disk, { smallest: 1000, growth: 2, onCompactionFailed: (error) => failures.push(error) });
  const records = store.records(scope);
  let made = 0;
  const commit = (): void => {
    store.commit(scope, "r", [put(Things, String(made), { text: "x".repeat(300) })]);
    made += 1;
  };
  for (let n = 0; n < 20; n += 1) commit();
  await store.durable();
  fill();
  const refused = (): unknown => {
    for (let n = 0; n < 1000; n += 1) {
      try {
        commit();
      } catch (error) {
        return error;
      }
    }
    return undefined;
  };
  expect(refused()).toMatchObject({
    code: "InsufficientStorage",
    status: 400,
    message: expect.stringMatching(/The disk that holds .*journal\.jsonl is full, so nothing was changed/) as string,
  });
  expect(records.list(Things)).toHaveLength(made);
  // It needs room for a second file; without it the first stays as it is.
  await store.compact();
  expect(failures.length).toBeGreaterThan(0);
  await store.durable();
  expect(records.list(Things)).toHaveLength(made);

  rmSync(join(disk, "ballast"));
  commit();
  await store.compact();
  commit();
  await store.durable();
  store.close();
  expect(kept()).toHaveLength(made);
});
