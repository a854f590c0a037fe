import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { put, recordType, remove } from "../../../src/region/records/records.js";
import { Store } from "../../../src/region/records/store.js";
import { temporaryFolder } from "../../support/records.js";

interface Thing {
  readonly name: string;
}
const Things = recordType<Thing>("test:Thing");
const Everywhere = recordType<Thing>("test:Everywhere", { global: true });
const paris = { accountId: "000000000000", regionName: "eu-west-3" };
const oregon = { accountId: "000000000000", regionName: "us-west-2" };

describe("the store", () => {
  test("a commit is found again after opening the folder anew", async () => {
    const folder = temporaryFolder();
    const store = Store.open(folder);
    store.commit(paris, "r1", [put(Things, "a", { name: "one" }), put(Things, "b", { name: "two" })]);
    store.commit(paris, "r2", [remove(Things, "a"), put(Things, "b", { name: "three" })]);
    await store.durable();
    store.close();
    expect(Store.open(folder).records(paris).list(Things)).toEqual([{ name: "three" }]);
  });

  test("records of one region are not seen in another, global ones are", () => {
    const store = Store.open(temporaryFolder());
    store.commit(paris, "r", [put(Things, "a", { name: "here" }), put(Everywhere, "x", { name: "all" })]);
    expect(store.records(oregon).list(Things)).toEqual([]);
    expect(store.records(oregon).get(Everywhere, "x")).toEqual({ name: "all" });
  });

  test("a last line cut short by a crash is dropped, and what follows is kept", () => {
    const folder = temporaryFolder();
    const store = Store.open(folder);
    store.commit(paris, "r", [put(Things, "a", { name: "whole" })]);
    store.close();
    appendFileSync(join(folder, "journal.jsonl"), '{"seq":2,"version":1,"puts":[{"acc');
    const again = Store.open(folder);
    again.commit(paris, "r", [put(Things, "b", { name: "after" })]);
    again.close();
    expect(Store.open(folder).records(paris).list(Things)).toEqual([{ name: "whole" }, { name: "after" }]);
  });

  test("listeners hear of a commit after it is made", () => {
    const store = Store.open(temporaryFolder());
    const seen: number[] = [];
    store.onCommit(() => seen.push(store.records(paris).list(Things).length));
    store.commit(paris, "r", [put(Things, "a", { name: "one" })]);
    store.commit(paris, "r", []);
    expect(seen).toEqual([1]);
  });
});
