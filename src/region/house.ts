import { join } from "node:path";
import { Balancers } from "../parts/balancers/balancers.js";
import { mariadbParameters } from "../parts/databases/mariadb/catalogue.js";
import { postgresParameters } from "../parts/databases/postgres/catalogue.js";
import { MariaDb } from "../parts/databases/mariadb/mariadb.js";
import { Postgres } from "../parts/databases/postgres/postgres.js";
import type { DatabaseEngine } from "../parts/databases/spec.js";
import { Fabric } from "../parts/fabric/fabric.js";
import { Publisher } from "../parts/fabric/publish.js";
import { enterCgroup, killCgroup, removeCgroup } from "../parts/host/cgroup.js";
import { cgroupPath, regionLabel, type RegionLabel } from "../parts/host/label.js";
import { removeLeftovers } from "../parts/host/leftovers.js";
import { builtImage, engineRoot, ensureImage } from "../parts/images/images.js";
import { Machines } from "../parts/machines/machines.js";
import { ObjectFiles } from "../parts/objects/objectfiles.js";
import { Names } from "../parts/names/names.js";
import { accountId } from "./credentials.js";
import { Collector } from "./metrics/collector.js";
import { MetricStore } from "./metrics/store.js";
import { fileLog } from "./log.js";
import type { Scope } from "./operations/call.js";
import type { RegionOptions } from "./options.js";
import { Store } from "./records/store.js";
import { Scopes } from "./scopes.js";
import { Instances, Vpcs } from "./services/ec2/records.js";
import type { Engine } from "./services/rds/engines.js";
import { namedFiles } from "./services/s3/records.js";
import { WaitConditionBucket } from "./stacks/waiting/bucket.js";
import { BalancerKeeper } from "./upkeep/balancers.js";
import { DatabaseCertificates } from "./upkeep/databases/certificates.js";
import { serverLogs } from "./upkeep/databases/logs.js";
import { ClusterKeeper } from "./upkeep/clusters/keeper.js";
import { backupHouse } from "./upkeep/databases/backups/house.js";
import { BackupKeeper } from "./upkeep/databases/backups/keeper.js";
import { DatabaseKeeper, stopDatabases, type DatabaseHouse } from "./upkeep/databases/keeper.js";
import { DatabaseMetrics } from "./upkeep/databases/metrics.js";
import { Housekeeping } from "./upkeep/housekeeping.js";
import { InstanceKeeper } from "./upkeep/instances.js";
import type { Keeper } from "./upkeep/keeper.js";
import { MetadataDoors } from "./upkeep/metadata.js";
import { NamesKeeper } from "./upkeep/names.js";
import { NetworkKeeper } from "./upkeep/network.js";
import { Outside } from "./upkeep/outside.js";
import { PublishedListeners } from "./upkeep/publishing.js";
import { internetOwner } from "./upkeep/upkeep.js";
import { vpcSpec } from "./upkeep/vpcspec.js";

/** Records, parts and those who keep the one like the other: everything of a region but its two doors. */
export interface House {
  readonly label: RegionLabel;
  readonly store: Store;
  readonly scopes: Scopes;
  readonly machines: Machines;
  readonly fabric: Fabric;
  readonly housekeeping: Housekeeping;
  readonly published: PublishedListeners;
  readonly outside: Outside;
  readonly metrics: MetricStore;
  readonly log: (entry: object) => void;
  /** The scope of the region this process was started for. */
  readonly home: Scope;
  /** Make the machine match the records, as after a `kill -9`. */
  begin(): void;
  /** Stop looking after anything; what runs, runs on. */
  rest(): Promise<void>;
  /** The region does not start after all: leave the machine as it was found. */
  abandon(): Promise<void>;
  /** End everything that runs and remove what is on the machine; records and disks stay. Gives what could not be removed. */
  clear(): Promise<readonly { readonly kind: string; readonly name: string }[]>;
}

export async function furnish(options: RegionOptions): Promise<House> {
  const { folders } = options;
  const log = fileLog(join(folders.state, "region.log"), { owner: options.owner });
  const label = regionLabel(folders.state);
  // Helpers of an incarnation that was killed are ended before anything else: one might still be carrying out its last command.
  const cgroup = cgroupPath(label, "region");
  await killCgroup(cgroup);
  const leaveCgroup = enterCgroup(cgroup);
  const store = Store.open(folders.state, {
    onCompactionFailed: (error) => log({ records: "compaction", message: String(error) }),
  });
  const fabric = new Fabric(label);
  const machines = new Machines(label, folders);
  const doors = new MetadataDoors(label);
  const engines = { label, root: engineRoot(folders) };
  const databaseFolder = join(folders.state, "databases");
  const databaseOptions = { ...engines, folder: databaseFolder, templates: join(folders.images, "templates") };
  const databases: Readonly<Record<Engine["program"], DatabaseEngine>> = {
    postgres: new Postgres(databaseOptions),
    mariadb: new MariaDb(databaseOptions),
  };
  const balancers = new Balancers({ ...engines, folder: join(folders.state, "balancers") });
  const names = new Names({ ...engines, folder: join(folders.state, "names") });
  const engineReady = (): Promise<string> => ensureImage({ kind: "engine" }, folders);

  const network = new NetworkKeeper(fabric, (scope, vpcId) => scope.upkeep.nudge("names", vpcId), log);
  const askOf = { postgres: postgresParameters, mariadb: mariadbParameters } as const;
  const engineParameters = once(async (program: Engine["program"]) => {
    await engineReady();
    return askOf[program]({ ...engines, folder: databaseFolder, templates: join(folders.images, "templates") });
  });
  const housekeeping = new Housekeeping(network, log, engineParameters);
  const objects = new ObjectFiles(join(folders.state, "objects"), () => store.durable());
  const scopes = new Scopes(store, {
    objects,
    accountId,
    hold: options.hold,
    now: Date.now,
    serverLogs: serverLogs(databases),
    upkeep: (scope) => housekeeping.upkeepOf(scope),
  });
  const home = scopes.of({ accountId, regionName: options.regionName });
  // What an upload had written when the process was killed; nobody writes yet.
  objects.sweep(namedFiles(home.records));
  const published = new PublishedListeners(new Publisher(label), fabric, home, () => scopes.all());
  const outside = new Outside({
    ...{ label, folders, fabric, engineReady },
    engineRoot: engines.root,
    regionName: options.regionName,
    waitConditions: new WaitConditionBucket({
      ...{ regionName: options.regionName, log },
      scopes: () => scopes.all(),
      durable: () => store.durable(),
    }),
  });
  const imageFolder = (packages: readonly string[]): Promise<string> =>
    ensureImage(packages.length === 0 ? { kind: "machine" } : { kind: "machine-with", packages }, folders);
  const instanceKeeper = new InstanceKeeper(label, machines, doors, imageFolder, outside);
  housekeeping.add(instanceKeeper);
  const certificates = new DatabaseCertificates(join(folders.state, "certificates"), (names) => outside.issue(names));
  const databaseHouse: DatabaseHouse = {
    label,
    engines: databases,
    certificate: (scope) => certificates.of(scope),
    backups: (path) => join(databaseFolder, "backups", path),
    shipEvery: options.shipLog,
    log,
  };
  const databaseKeepers = [new DatabaseKeeper(databaseHouse), new ClusterKeeper(databaseHouse)];
  for (const keeper of databaseKeepers) housekeeping.add(afterwards(engineReady, keeper));
  housekeeping.add(afterwards(engineReady, new BackupKeeper(backupHouse(databaseHouse))));
  const databaseMetrics = new DatabaseMetrics(databaseHouse);
  const metrics = new MetricStore(join(folders.state, "metrics"));
  const collector = new Collector({
    ...{ store: metrics, now: Date.now, log, every: 10_000 },
    sources: [() => databaseMetrics.take(scopes.all())],
  });
  housekeeping.add(afterwards(engineReady, new BalancerKeeper(label, balancers)));
  housekeeping.add(
    new NamesKeeper(label, names, { scopes: () => scopes.all(), engineReady, fabric, published, outside, networks: network }),
  );

  const rest = async (): Promise<void> => {
    instanceKeeper.close();
    for (const keeper of databaseKeepers) keeper.close();
    await collector.close();
    await housekeeping.close();
    await Promise.all([doors.closeAll(), published.close(), outside.close()]);
  };
  const vpcs = scopes
    .all()
    .flatMap((scope) => scope.records.list(Vpcs).flatMap(({ vpcId }) => vpcSpec(scope.records, vpcId) ?? []));
  await fabric.removeStrangers(vpcs);
  return {
    label,
    store,
    scopes,
    machines,
    fabric,
    housekeeping,
    published,
    outside,
    metrics,
    log,
    home,
    begin: () => {
      // What fails is in the log and among the troubles, and is tried again.
      for (const scope of scopes.all())
        for (const { vpcId } of scope.records.list(Vpcs)) network.apply(scope, vpcId).catch(() => undefined);
      housekeeping.begin(scopes.all());
      collector.begin();
      // Not worth building an image for: whoever needs names has it built.
      if (builtImage({ kind: "engine" }, folders) === undefined) return;
      home.upkeep.nudge("names", internetOwner);
      // Machines that outlived the last process go on asking.
      if (scopes.all().some((scope) => scope.records.list(Instances).some(({ state }) => state === "running")))
        outside.ensure().catch((error: unknown) => log({ upkeep: "outside", message: String(error) }));
    },
    rest,
    abandon: async () => {
      await rest();
      leaveCgroup();
      await removeCgroup(cgroup);
    },
    clear: async () => {
      await rest();
      // Hosts and databases are asked to end before the plug is pulled: their disks are kept.
      await Promise.all([
        ...scopes.all().flatMap((scope) => instanceKeeper.owners(scope).map((id) => machines.stop(id, { graceful: 5000 }))),
        ...scopes.all().map((scope) => stopDatabases(scope, databases)),
      ]);
      leaveCgroup();
      return removeLeftovers(label, folders.state);
    },
  };
}

/** A keeper whose parts run from an image that may have to be built first. */
const afterwards = (ready: () => Promise<unknown>, keeper: Keeper): Keeper => ({
  kind: keeper.kind,
  owners: (scope) => keeper.owners(scope),
  attend: async (scope, id) => {
    await ready();
    return keeper.attend(scope, id);
  },
});

/** Ask once for each; a failure is that of those who asked, and the next one tries again. */
function once<K, V>(ask: (key: K) => Promise<V>): (key: K) => Promise<V> {
  const asked = new Map<K, Promise<V>>();
  return (key) => {
    const found = asked.get(key);
    if (found !== undefined) return found;
    const answer = ask(key);
    asked.set(key, answer);
    answer.catch(() => asked.delete(key));
    return answer;
  };
}
