import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ObjectFiles } from "../../src/parts/objects/objectfiles.js";
import { readMariadbParameters } from "../../src/parts/databases/mariadb/catalogue.js";
import { readPostgresParameters } from "../../src/parts/databases/postgres/catalogue.js";
import type { Call } from "../../src/region/operations/call.js";
import type { Operation } from "../../src/region/operations/operation.js";
import { Store } from "../../src/region/records/store.js";
import type { DBServerLogs } from "../../src/region/services/rds/logs.js";
import { Scopes } from "../../src/region/scopes.js";

/** What the programs of an engine image answered once. */
const answered = (file: string): string => readFileSync(new URL(`../parts/databases/${file}`, import.meta.url), "utf8");
const engineAnswers = {
  postgres: () => readPostgresParameters(answered("postgres-parameters.tsv")),
  mariadb: () => readMariadbParameters(answered("mariadb-parameters.tsv")),
} as const;

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sandtable-test-"));
  // A journal that is being written anew may add a file meanwhile; `rmSync` would not look for it again.
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }));
  return folder;
}

/** No server ever wrote anything. */
export const noServerLogs: DBServerLogs = { list: () => [], read: () => undefined };

/**
 * Real records in a real journal, with nobody to make a machine match them: for what a service decides. `asked` lists what was
 * asked of the upkeep.
 */
export function recordsAlone(options: { now?: () => number; folder?: string; serverLogs?: DBServerLogs } = {}): {
  call: Call;
  store: Store;
  asked: string[];
} {
  const folder = options.folder ?? temporaryFolder();
  const store = Store.open(folder);
  const asked: string[] = [];
  const scopes = new Scopes(store, {
    accountId: "000000000000",
    hold: 0,
    objects: new ObjectFiles(join(folder, "objects")),
    now: options.now ?? Date.now,
    serverLogs: options.serverLogs ?? noServerLogs,
    upkeep: () => ({
      network: (vpcId) => {
        asked.push(`network ${vpcId}`);
        return Promise.resolve();
      },
      networks: () => Promise.resolve(),
      names: () => Promise.resolve(),
      nudge: (kind, id) => void asked.push(`${kind} ${id}`),
      engineParameters: (program) => Promise.resolve(engineAnswers[program]()),
    }),
  });
  const call = scopes.call({
    requestId: "test",
    caller: {
      accessKeyId: "AKIATEST",
      accountId: "000000000000",
      arn: "arn:aws:iam::000000000000:user/test",
      userId: "AIDATEST",
    },
    regionName: "eu-west-3",
    signal: new AbortController().signal,
    userAgent: "test",
  });
  return { call, store, asked };
}

/** Run an operation by name, as the server does after decoding. The caller states the output it expects. */
export async function run<O>(operations: readonly Operation[], name: string, call: Call, input: object = {}): Promise<O> {
  const found = operations.find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return (await found.run(call, input)) as O;
}
