import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { put, recordType, remove } from "../../../src/region/records/records.js";
import { Store } from "../../../src/region/records/store.js";
import { temporaryFolder } from "../../support/records.js";

interface Thing {
  readonly name: string;
}
const Things = recordType<Thing>("test:Thing");
const Others = recordType<Thing>("test:Other");
const paris = { accountId: "000000000000", regionName: "eu-west-3" };
const oregon = { accountId: "000000000000", regionName: "us-west-2" };

const journalIn = (folder: string): string => join(folder, "journal.jsonl");
const things = (folder: string): readonly Thing[] => {
  const store = Store.open(folder);
  const found = store.records(paris).list(Things);
  store.close();
  return found;
};

/** A journal with commits `1` … `count`, closed. */
function written(count = 3): string {
  const folder = temporaryFolder();
  const store = Store.open(folder);
  for (let n = 1; n <= count; n++) store.commit(paris, `r${n}`, [put(Things, String(n), { name: `thing ${n}` })]);
  store.close();
  return folder;
}

const fault = (folder: string): { code: string; message: string; fix: string; at: string } => {
  try {
    Store.open(folder).close();
  } catch (error) {
    return error as never;
  }
  throw new Error("it was opened");
};

describe("a journal that is not whole", () => {
  test.each([
    ["half a line", '{"seq":4,"puts":[{"acc'],
    ["nothing but zeros, as after a power cut", "\0".repeat(4096)],
    ["zeros with a line break", `${"\0".repeat(100)}\n`],
  ])("ends with %s: it was never acknowledged and is dropped, and what follows is kept", (_what, end) => {
    const folder = written();
    appendFileSync(journalIn(folder), end);
    const store = Store.open(folder);
    store.commit(paris, "r", [put(Things, "after", { name: "after" })]);
    store.close();
    expect(things(folder).map(({ name }) => name)).toEqual(["thing 1", "thing 2", "thing 3", "after"]);
  });

  test("was cut anywhere: the commits before that byte are there, and no other", () => {
    const folder = written(2);
    const whole = readFileSync(journalIn(folder));
    const copy = temporaryFolder();
    copyFileSync(join(folder, "root.key"), join(copy, "root.key"));
    for (let size = 0; size <= whole.length; size += size % 40 === 0 ? 1 : 3) {
      copyFileSync(journalIn(folder), journalIn(copy));
      truncateSync(journalIn(copy), size);
      const lines = whole.subarray(0, size).toString().split("\n").length - 1;
      expect(things(copy), `${size} bytes`).toHaveLength(Math.max(0, lines - 1));
    }
  });

  test.each([
    ["is no JSON", (line: string) => `${line.slice(0, 20)}\u0001${line.slice(21)}`],
    ["has another letter in it", (line: string) => line.replace("thing 2", "thinq 2")],
    ["is empty", () => ""],
    ["is there twice", (line: string) => `${line}\n${line}`],
    ["has lost its checksum", (line: string) => line.replace(/,"sum":"\w+"/, "")],
  ])("has a line that %s: refused, with where it is and how to go on", (_how, change) => {
    const folder = written();
    const lines = readFileSync(journalIn(folder), "utf8").split("\n");
    const offset = Buffer.byteLength(lines.slice(0, 2).join("\n")) + 1;
    lines[2] = change(lines[2]!);
    writeFileSync(journalIn(folder), lines.join("\n"));
    const said = fault(folder);
    expect(said.code).toBe("JournalDamaged");
    expect(said.at).toMatch(/journal\.jsonl, line [34], byte \d+/);
    expect(said.message).toMatch(/up to commit [12]/);
    // The way out that it names works, and gives up no more than it says.
    const byte = Number(/truncate --size (\d+)/.exec(said.fix)?.[1]);
    expect(byte).toBeGreaterThanOrEqual(offset);
    truncateSync(journalIn(folder), byte);
    expect(things(folder)[0]).toEqual({ name: "thing 1" });
  });

  test("has lost a line: refused", () => {
    const folder = written();
    const lines = readFileSync(journalIn(folder), "utf8").split("\n");
    writeFileSync(journalIn(folder), [...lines.slice(0, 2), ...lines.slice(3)].join("\n"));
    expect(fault(folder)).toMatchObject({
      code: "JournalDamaged",
      message: expect.stringContaining("commit 3, after commit 1") as string,
    });
  });

  test("has lost records that it begins with: refused", async () => {
    const folder = written(60);
    const store = Store.open(folder);
    await store.compact();
    store.close();
    const lines = readFileSync(journalIn(folder), "utf8").split("\n");
    writeFileSync(journalIn(folder), `${lines.slice(0, 2).join("\n")}\n`);
    expect(fault(folder)).toMatchObject({
      code: "JournalDamaged",
      message: expect.stringContaining("50 of the 60 records") as string,
    });
  });

  test.each([
    ["its header", 0],
    ["the first of the records that it begins with", 1],
    ["the last of them", 2],
  ])("has damage in %s: no part of it is said to be of use", async (_where, at) => {
    const folder = written(60);
    const store = Store.open(folder);
    await store.compact();
    store.close();
    const lines = readFileSync(journalIn(folder), "utf8").split("\n");
    lines[at] = lines[at]!.replace(/"sum":"../, '"sum":"xx');
    writeFileSync(journalIn(folder), lines.join("\n"));
    const { code, message, fix } = fault(folder);
    expect(code).toBe("JournalDamaged");
    expect(message).toContain("nothing of the file can be used");
    expect(fix).not.toContain("truncate");
    expect(fix).toMatch(/put the file back from a copy; or discard the region: .*--purge/);
  });

  test("is something else: refused", () => {
    const folder = temporaryFolder();
    writeFileSync(journalIn(folder), "not json\n");
    expect(fault(folder)).toMatchObject({ code: "JournalDamaged", fix: expect.stringContaining("--purge") as string });
  });
});

describe("a journal of another version", () => {
  test.each([
    ["a newer format", '{"sandtable":"journal","format":9,"version":1,"seq":0,"records":0}', "JournalTooNew"],
    ["newer records", '{"sandtable":"journal","format":2,"version":99,"seq":0,"records":0}', "JournalTooNew"],
    ["newer records in the first format", '{"seq":1,"version":99,"requestId":"","puts":[],"deletes":[]}', "JournalTooNew"],
    ["an older format", '{"sandtable":"journal","format":0,"version":1,"seq":0,"records":0}', "JournalTooOld"],
  ])("%s is refused by name, and the file stays as it is", (_what, line, code) => {
    const folder = temporaryFolder();
    writeFileSync(journalIn(folder), `${line}\n`);
    expect(fault(folder)).toMatchObject({ code, at: journalIn(folder), fix: expect.stringContaining("Sandtable") as string });
    expect(readFileSync(journalIn(folder), "utf8")).toBe(`${line}\n`);
  });

  test("the first format is read, and written anew", async () => {
    const folder = temporaryFolder();
    const line = (seq: number, name: string) =>
      JSON.stringify({
        ...{ seq, version: 1, requestId: "r", deletes: [] },
        puts: [{ account: paris.accountId, region: paris.regionName, type: Things.name, id: name, value: { name } }],
      });
    writeFileSync(journalIn(folder), `${line(1, "a")}\n${line(2, "b")}\n`);
    const store = Store.open(folder);
    store.commit(paris, "r", [put(Things, "c", { name: "c" })]);
    await store.compact();
    store.close();
    expect(readFileSync(journalIn(folder), "utf8")).toMatch(
      /^\{"sandtable":"journal","format":3,"version":1,"seq":2,"records":2/,
    );
    expect(things(folder).map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });
});

describe("compaction", () => {
  test("leaves the live records in their order, and a small journal", async () => {
    const folder = temporaryFolder();
    const store = Store.open(folder);
    for (let n = 0; n < 500; n++) store.commit(paris, "r", [put(Things, String(n % 7), { name: `round ${n}` })]);
    store.commit(oregon, "r", [put(Others, "x", { name: "over there" })]);
    store.commit(paris, "r", [remove(Things, "3")]);
    const before = store.records(paris).list(Things);
    const size = statSync(journalIn(folder)).size;
    await store.compact();
    store.commit(paris, "r", [put(Things, "last", { name: "afterwards" })]);
    await store.durable();
    store.close();
    expect(statSync(journalIn(folder)).size).toBeLessThan(size / 20);
    const again = Store.open(folder);
    expect(again.records(paris).list(Things)).toEqual([...before, { name: "afterwards" }]);
    expect(again.records(oregon).get(Others, "x")).toEqual({ name: "over there" });
    again.close();
  });

  test("holds nobody up: what is committed while it runs is durable and kept", async () => {
    const folder = temporaryFolder();
    const store = Store.open(folder);
    for (let n = 0; n < 2000; n++) store.commit(paris, "r", [put(Things, String(n), { name: "x".repeat(200) })]);
    let done = false;
    const compaction = store.compact().then(() => (done = true));
    let meanwhile = 0;
    while (!done) {
      store.commit(paris, "r", [put(Things, `m${meanwhile}`, { name: "meanwhile" })]);
      meanwhile += 1;
      await store.durable();
    }
    await compaction;
    expect(meanwhile).toBeGreaterThan(1);
    store.close();
    expect(things(folder)).toHaveLength(2000 + meanwhile);
  });

  test("begins by itself when the journal has grown, again and again", async () => {
    const size = async (folder: string, smallest: number): Promise<number> => {
      const store = Store.open(folder, { smallest });
      for (let n = 0; n < 1000; n++) {
        store.commit(paris, "r", [put(Things, String(n % 5), { name: `round ${n}` })]);
        if (n % 50 === 0) await store.durable();
      }
      // One that is under way ends first.
      if (smallest !== Infinity) await store.compact();
      store.close();
      return statSync(journalIn(folder)).size;
    };
    const folder = temporaryFolder();
    expect(await size(folder, 10_000)).toBeLessThan((await size(temporaryFolder(), Infinity)) / 2);
    expect(things(folder).map(({ name }) => name)).toEqual(["995", "996", "997", "998", "999"].map((n) => `round ${n}`));
  });

  test("that was interrupted leaves the journal as it was, and its own file is gone after the next start", () => {
    const folder = written();
    writeFileSync(`${journalIn(folder)}.new`, "half of it");
    expect(things(folder)).toHaveLength(3);
    expect(existsSync(`${journalIn(folder)}.new`)).toBe(false);
  });

  test("is given up when the store is closed", async () => {
    const folder = written();
    const store = Store.open(folder);
    const compaction = store.compact();
    store.close();
    await compaction;
    expect(readdirSync(folder)).toEqual(["journal.jsonl", "root.key"]);
    expect(things(folder)).toHaveLength(3);
  });
});
