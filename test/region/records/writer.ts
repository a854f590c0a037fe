import { put, recordType, remove } from "../../../src/region/records/records.js";
import { Store } from "../../../src/region/records/store.js";

/**
 * Commits until it is killed, writing its journal anew all the time: `writer.ts FOLDER`. Prints the number of each commit once it is
 * durable. Commit n puts record n, counts up one record, and removes record n - 100.
 */
const Things = recordType<{ readonly n: number }>("test:Thing");
const scope = { accountId: "000000000000", regionName: "eu-west-3" };
const store = Store.open(process.argv[2] ?? "", { growth: 1.2, smallest: 4096 });
const records = store.records(scope);
for (let n = (records.get(Things, "count")?.n ?? 0) + 1; ; n += 1) {
  store.commit(scope, "r", [put(Things, String(n), { n }), put(Things, "count", { n }), remove(Things, String(n - 100))]);
  await store.durable();
  process.stdout.write(`${n}\n`);
}
