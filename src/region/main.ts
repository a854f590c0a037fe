import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserFault } from "../faults.js";
import { refuseSecond, serveControl } from "./control/server.js";
import { controlVerbs, type RegionFacts } from "./control/verbs.js";
import { accountId, findCredentials, ownKey } from "./credentials.js";
import { furnish } from "./house.js";
import { operations } from "./operations/registry.js";
import { readOptions, type RegionOptions } from "./options.js";
import { startServer } from "./server/server.js";
import { cloudFormation } from "./stacks/stacks.js";

/** The region's process. `sandtable region start` starts it; see `cli/region/start.ts` for what it is promised. */
async function main(options: RegionOptions): Promise<void> {
  const { state } = options.folders;
  mkdirSync(state, { recursive: true, mode: 0o700 });
  chownSync(state, options.owner.uid, options.owner.gid);
  await refuseSecond(state);
  const key = ownKey(state, options.owner);
  const house = await furnish(options);
  const startedAt = new Date().toISOString();
  const server = await startServer({
    port: options.port,
    operations,
    findCredentials: (accessKeyId) => findCredentials(key, house.home, accessKeyId),
    callFor: (context) => house.scopes.call(context),
    durable: () => house.store.durable(),
    clock: Date.now,
    log: (entry) => house.log(entry),
  }).catch(async (error: unknown) => {
    await house.abandon();
    throw error;
  });
  house.outside.serve(server);
  const facts: RegionFacts = {
    pid: process.pid,
    port: server.port,
    endpoint: `http://127.0.0.1:${server.port}`,
    regionName: options.regionName,
    accountId,
    startedAt,
  };
  const stop = async (purge: boolean, progress: (text: string) => void): Promise<unknown> => {
    progress("closing the AWS API");
    await server.close();
    await cloudFormation.engine.close();
    progress("ending machines, databases and balancers, removing networks");
    const left = await house.clear();
    house.store.close();
    rmSync(join(state, "region.json"), { force: true });
    if (purge) {
      progress(`removing ${state}`);
      rmSync(state, { recursive: true, force: true });
    }
    setImmediate(() => {
      control.close();
      process.exit(left.length === 0 ? 0 : 1);
    });
    return { left };
  };
  const control = await serveControl(
    state,
    options.owner,
    controlVerbs(house, options, () => facts, stop),
    (verb, error) =>
      house.log({
        control: verb,
        message: error instanceof Error ? error.message : String(error),
        stack: error instanceof Error ? error.stack : undefined,
      }),
  ).catch(async (error: unknown) => {
    await server.close();
    await house.abandon();
    throw error;
  });
  writeWhole(join(state, "region.json"), `${JSON.stringify(facts)}\n`, options.owner);
  house.begin();
  for (const scope of house.scopes.all()) cloudFormation.engine.resume(scope);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stop(false, () => undefined).catch((error: unknown) => {
        house.log({ message: `could not stop: ${String(error)}` });
        process.exit(1);
      });
    });
  }
}

function writeWhole(file: string, text: string, owner: { readonly uid: number; readonly gid: number }): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  chownSync(`${file}.new`, owner.uid, owner.gid);
  renameSync(`${file}.new`, file);
}

const started = async (): Promise<void> => main(readOptions(process.argv.slice(2)));
started().catch((error: unknown) => {
  const fault =
    error instanceof UserFault
      ? { code: error.code, message: error.message, fix: error.fix, at: error.at }
      : {
          code: "RegionDidNotStart",
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
          fix: "please report it",
        };
  process.stderr.write(`${JSON.stringify({ fault })}\n`);
  process.exit(1);
});
