import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { recordType } from "../../../src/region/records/records.js";
import { Store } from "../../../src/region/records/store.js";
import { temporaryFolder } from "../../support/records.js";

const rounds = Number(process.env.SANDTABLE_SOAK_ROUNDS ?? 4);
const Things = recordType<{ readonly n: number }>("test:Thing");
const scope = { accountId: "000000000000", regionName: "eu-west-3" };

test(
  `nothing acknowledged is lost, and no half of a commit is there, when the process is killed while it writes its journal anew (${rounds} kills)`,
  {
    timeout: 60_000 + rounds * 5000,
  },
  async () => {
    const folder = temporaryFolder();
    for (let round = 0; round < rounds; round += 1) {
      const child = fork(fileURLToPath(new URL("./writer.ts", import.meta.url)), [folder], {
        execArgv: ["--import", "tsx"],
        stdio: ["ignore", "pipe", "inherit", "ipc"],
      });
      let acknowledged = 0;
      let text = "";
      child.stdout!.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const whole = text.slice(0, text.lastIndexOf("\n"));
        acknowledged = Number(whole.slice(whole.lastIndexOf("\n") + 1));
      });
      await once(child.stdout!, "data");
      const delay = Math.random() * 150;
      await sleep(delay);
      child.kill("SIGKILL");
      await once(child, "close");

      const store = Store.open(folder);
      const records = store.records(scope);
      const count = records.get(Things, "count")?.n ?? 0;
      const context = `killed after ${Math.round(delay)} ms`;
      expect(acknowledged, context).toBeGreaterThan(0);
      expect(count, context).toBeGreaterThanOrEqual(acknowledged);
      const expected = Array.from({ length: Math.min(count, 100) }, (_, index) => String(count - index));
      expect(
        expected.filter((id) => records.get(Things, id) === undefined),
        context,
      ).toEqual([]);
      expect(records.list(Things), context).toHaveLength(expected.length + 1);
      store.close();
    }
  },
);
