import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { onTestFinished } from "vitest";
import { ObjectFiles } from "../../../../src/parts/objects/objectfiles.js";
import { Store } from "../../../../src/region/records/store.js";
import { Scopes } from "../../../../src/region/scopes.js";
import { startServer, type RunningServer } from "../../../../src/region/server/server.js";
import { s3Operations } from "../../../../src/region/services/s3/operations.js";
import { namedFiles } from "../../../../src/region/services/s3/records.js";
import { ensureWire } from "../../protocol/ensure-wire.js";
import { accountId, caller, credentials } from "../../server/harness.js";
import { noServerLogs } from "../../../support/records.js";

/** S3 on a real server, with records and files on a real disk. */
export interface S3Region {
  readonly endpoint: string;
  readonly client: S3Client;
  readonly folder: string;
  /** A client that is different in something. */
  clientWith(options: S3ClientConfig): S3Client;
  /** Names in the folder of objects. */
  files(): readonly string[];
  /** End the process's part of it, as a `kill` would, and begin again from what is on the disk. */
  again(): Promise<S3Region>;
}

export async function startS3(folder = mkdtempSync(join(tmpdir(), "sandtable-s3-"))): Promise<S3Region> {
  await ensureWire();
  const store = Store.open(folder);
  const objects = new ObjectFiles(join(folder, "objects"), () => store.durable());
  const scopes = new Scopes(store, {
    accountId,
    hold: 0,
    now: Date.now,
    objects,
    serverLogs: noServerLogs,
    upkeep: () => ({
      network: () => Promise.resolve(),
      networks: () => Promise.resolve(),
      names: async () => {},
      nudge: () => undefined,
      engineParameters: () => Promise.resolve([]),
    }),
  });
  objects.sweep(namedFiles(scopes.of({ accountId, regionName: "eu-west-3" }).records));
  let server: RunningServer | undefined = await startServer({
    port: 0,
    operations: s3Operations,
    findCredentials: (key) =>
      key === credentials.accessKeyId ? { secretAccessKey: credentials.secretAccessKey, caller } : undefined,
    callFor: (context) => scopes.call(context),
    durable: () => store.durable(),
    clock: Date.now,
  });
  const clients: S3Client[] = [];
  const end = async (): Promise<void> => {
    clients.splice(0).forEach((client) => client.destroy());
    const open = server;
    server = undefined;
    if (open === undefined) return;
    await open.close();
    store.close();
  };
  onTestFinished(async () => {
    await end();
    rmSync(folder, { recursive: true, force: true });
  });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const clientWith = (options: S3ClientConfig): S3Client => {
    const client = new S3Client({ region: "eu-west-3", endpoint, credentials, maxAttempts: 1, ...options });
    clients.push(client);
    return client;
  };
  return {
    endpoint,
    folder,
    clientWith,
    client: clientWith({}),
    files: () => (existsSync(join(folder, "objects")) ? readdirSync(join(folder, "objects")) : []),
    again: async () => {
      await end();
      return startS3(folder);
    },
  };
}

/** A bucket by this name in the client's region. */
export const bucketIn = { CreateBucketConfiguration: { LocationConstraint: "eu-west-3" } } as const;
