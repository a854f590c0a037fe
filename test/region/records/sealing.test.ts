import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { put, recordType } from "../../../src/region/records/records.js";
import { Store } from "../../../src/region/records/store.js";
import { temporaryFolder } from "../../support/records.js";

interface Account {
  readonly name: string;
  readonly password?: string;
  readonly keys?: readonly { readonly text: string }[];
}
const Accounts = recordType<Account>("test:Account", { sealed: ["password", "keys"] });
const paris = { accountId: "000000000000", regionName: "eu-west-3" };
const ann: Account = { name: "ann", password: "correct-horse", keys: [{ text: "battery-staple" }] };
const bob: Account = { name: "bob" };

const journalIn = (folder: string): string => join(folder, "journal.jsonl");
const keyIn = (folder: string): string => join(folder, "root.key");
const textOf = (folder: string): string => readFileSync(journalIn(folder), "utf8");
const accounts = (folder: string): readonly Account[] => {
  const store = Store.open(folder);
  const found = store.records(paris).list(Accounts);
  store.close();
  return found;
};
const shows = (folder: string): readonly string[] =>
  ["ann", "bob", "correct-horse", "battery-staple"].filter((word) => textOf(folder).includes(word));

function written(): string {
  const folder = temporaryFolder();
  const store = Store.open(folder);
  store.commit(paris, "r", [put(Accounts, "a", ann), put(Accounts, "b", bob)]);
  store.close();
  return folder;
}

/** A line of the journal with the checksum of its text. */
function summed(value: object): string {
  const text = JSON.stringify(value).slice(0, -1);
  return `${text},"sum":"${crc32(text).toString(16).padStart(8, "0")}"}\n`;
}

const plainPuts = [
  { account: paris.accountId, region: paris.regionName, type: Accounts.name, id: "a", value: ann },
  { account: paris.accountId, region: paris.regionName, type: Accounts.name, id: "b", value: bob },
];

describe("sealed members", () => {
  test("are not in the journal, and are there again after opening it", () => {
    const folder = written();
    expect(shows(folder)).toEqual(["ann", "bob"]);
    expect(accounts(folder)).toEqual([ann, bob]);
  });

  test("are not in it after it was written anew, nor what is committed meanwhile", async () => {
    const folder = written();
    const store = Store.open(folder);
    const compaction = store.compact();
    store.commit(paris, "r", [put(Accounts, "c", ann)]);
    await compaction;
    store.close();
    expect(textOf(folder)).toContain('"compaction"');
    expect(shows(folder)).toEqual(["ann", "bob"]);
    expect(accounts(folder)).toEqual([ann, bob, ann]);
  });

  test("of the same value are another text each time, and belong to their record", () => {
    const folder = temporaryFolder();
    const store = Store.open(folder);
    store.commit(paris, "r", [put(Accounts, "a", ann), put(Accounts, "b", { ...ann, password: "other" })]);
    store.close();
    const [header = "", line = ""] = textOf(folder).split("\n");
    const { sum: _sum, ...commit } = JSON.parse(line) as { sum: string; puts: { sealed: string }[] };
    const [first, second] = commit.puts;
    expect(first?.sealed).not.toBe(second?.sealed);
    const swapped = [
      { ...first, sealed: second?.sealed },
      { ...second, sealed: first?.sealed },
    ];
    writeFileSync(journalIn(folder), `${header}\n${summed({ ...commit, puts: swapped })}`);
    expect(() => Store.open(folder)).toThrow(expect.objectContaining({ code: "RootKeyWrong" }));
  });
});

describe("a journal from before there was a key", () => {
  test.each([
    [
      "2",
      summed({ sandtable: "journal", format: 2, version: 1, seq: 0, records: 0 }) +
        summed({ seq: 1, requestId: "r", puts: plainPuts, deletes: [] }),
    ],
    ["1", `${JSON.stringify({ seq: 1, version: 1, requestId: "r", puts: plainPuts, deletes: [] })}\n`],
  ])("(format %s) is read, and written anew without what is secret", async (_format, text) => {
    const folder = temporaryFolder();
    writeFileSync(journalIn(folder), text);
    expect(shows(folder)).toHaveLength(4);
    const store = Store.open(folder);
    store.commit(paris, "r", [put(Accounts, "c", ann)]);
    await store.compact();
    store.close();
    expect(shows(folder)).toEqual(["ann", "bob"]);
    expect(accounts(folder)).toEqual([ann, bob, ann]);
  });

  test("is read as well when it was not written anew in time", async () => {
    const [folder, killed] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(
      journalIn(folder),
      summed({ sandtable: "journal", format: 2, version: 1, seq: 0, records: 0 }) +
        summed({ seq: 1, requestId: "r", puts: plainPuts, deletes: [] }),
    );
    const store = Store.open(folder);
    store.commit(paris, "r", [put(Accounts, "c", ann)]);
    for (const of of [journalIn, keyIn]) copyFileSync(of(folder), of(killed));
    await store.compact();
    store.close();
    expect(textOf(killed)).toContain('"format":2');
    await reopened(killed);
    expect(accounts(killed)).toEqual([ann, bob, ann]);
  });
});

/** Opened, and closed once it was written anew. */
async function reopened(folder: string): Promise<void> {
  const store = Store.open(folder);
  await store.compact();
  store.close();
}

describe("the root key", () => {
  test("is made once, for nobody else to read", () => {
    const folder = written();
    expect((statSync(keyIn(folder)).mode & 0o777).toString(8)).toBe("600");
    const key = readFileSync(keyIn(folder), "utf8");
    accounts(folder);
    expect(readFileSync(keyIn(folder), "utf8")).toBe(key);
    expect(textOf(folder)).not.toContain(key.trim());
  });

  test.each<[string, string, (folder: string) => void]>([
    ["is missing", "RootKeyMissing", (folder) => rmSync(keyIn(folder))],
    ["is another's", "RootKeyWrong", (folder) => copyFileSync(keyIn(written()), keyIn(folder))],
    ["was cut", "RootKeyDamaged", (folder) => writeFileSync(keyIn(folder), "AAAA\n")],
  ])("that %s is told with the way on, which works; nothing is changed before", (_what, code, spoil) => {
    const folder = written();
    const [key, journal] = [readFileSync(keyIn(folder)), textOf(folder)];
    spoil(folder);
    const had = existsSync(keyIn(folder));
    expect(() => Store.open(folder)).toThrow(
      expect.objectContaining({
        code,
        at: keyIn(folder),
        fix: expect.stringMatching(
          /put the file back from a copy; .*discarded: `rm -f .*root\.key .*journal\.jsonl && /,
        ) as string,
      }),
    );
    expect([existsSync(keyIn(folder)), textOf(folder)]).toEqual([had, journal]);
    writeFileSync(keyIn(folder), key);
    expect(accounts(folder)).toEqual([ann, bob]);
    spoil(folder);
    rmSync(keyIn(folder), { force: true });
    rmSync(journalIn(folder));
    expect(accounts(folder)).toEqual([]);
  });
});
