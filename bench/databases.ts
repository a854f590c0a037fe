import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateNetworkInterfaceCommand, CreateSubnetCommand, CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  CreateDBSubnetGroupCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
  type CreateDBInstanceCommandInput,
  type DBInstance,
} from "@aws-sdk/client-rds";
import { command, inNamespace, run } from "../src/parts/host/command.js";
import { folders } from "../src/parts/host/folders.js";
import { namespaceName, regionLabel } from "../src/parts/host/label.js";
import { engineRoot } from "../src/parts/images/images.js";
import { against, type Compared } from "./baseline.js";
import { seconds } from "./figures.js";
import { BenchRegion } from "./region.js";

export interface DatabaseFigures {
  /** Seconds from CreateDBInstance to `available`. */
  readonly single: readonly number[];
  readonly multiAz: readonly number[];
  /** Seconds from the kill of the writer to the first acknowledged write under its name. */
  readonly failover: readonly number[];
  /** Seconds from RestoreDBInstanceFromDBSnapshot to `available`, of 1 GB. */
  readonly restore: readonly number[];
  /** pgbench's transactions a second from an interface in another zone, beside those on the server's own loopback. */
  readonly transactions: Compared<"fabric">;
}

const password = "open-sesame-42";

export function databases(rounds: number): Promise<DatabaseFigures> {
  return BenchRegion.with(async (region) => {
    await region.start();
    const bench = await DatabaseBench.prepare(region);
    const single: number[] = [];
    const multiAz: number[] = [];
    // One before, which makes the template that the others copy.
    for (let round = 0; round <= rounds; round++) {
      const one = await bench.create(`single-${round}`, {});
      await bench.delete(`single-${round}`);
      const two = await bench.create(`double-${round}`, { MultiAZ: true });
      await bench.delete(`double-${round}`);
      if (round === 0) continue;
      single.push(one);
      multiAz.push(two);
    }
    await bench.create("orders", { MultiAZ: true });
    const failover: number[] = [];
    for (let round = 0; round < rounds; round++) failover.push(await bench.failover("orders"));
    const transactions = await bench.transactions("orders", rounds);
    const restore = [await bench.restore("orders")];
    return { single, multiAz, failover, restore, transactions };
  });
}

class DatabaseBench {
  private constructor(
    private readonly region: BenchRegion,
    private readonly rds: RDSClient,
    /** The namespace of an interface in the third zone. */
    private readonly client: string,
    private readonly group: string,
  ) {}

  static async prepare(region: BenchRegion): Promise<DatabaseBench> {
    const { endpoint, regionName } = JSON.parse(readFileSync(join(region.state, "region.json"), "utf8")) as Record<
      string,
      string
    >;
    const credentials = JSON.parse(readFileSync(join(region.state, "credentials.json"), "utf8")) as {
      accessKeyId: string;
      secretAccessKey: string;
    };
    const settings = { endpoint: endpoint ?? "", region: regionName ?? "", credentials };
    const ec2 = new EC2Client(settings);
    const rds = new RDSClient(settings);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    const SubnetIds: string[] = [];
    for (const [n, letter] of ["a", "b", "c"].entries()) {
      const { Subnet } = await ec2.send(
        new CreateSubnetCommand({
          VpcId: Vpc?.VpcId,
          CidrBlock: `10.0.${n}.0/24`,
          AvailabilityZone: `${settings.region}${letter}`,
        }),
      );
      SubnetIds.push(Subnet?.SubnetId ?? "");
    }
    const group = "bench";
    await rds.send(
      new CreateDBSubnetGroupCommand({
        DBSubnetGroupName: group,
        DBSubnetGroupDescription: "bench",
        SubnetIds: SubnetIds.slice(0, 2),
      }),
    );
    const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: SubnetIds[2] }));
    const label = regionLabel(region.state);
    return new DatabaseBench(region, rds, namespaceName(label, "eni", NetworkInterface?.NetworkInterfaceId ?? ""), group);
  }

  create(identifier: string, more: Partial<CreateDBInstanceCommandInput>): Promise<number> {
    return seconds(async () => {
      await this.rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: identifier,
          DBInstanceClass: "db.t3.small",
          Engine: "postgres",
          AllocatedStorage: 20,
          MasterUsername: "keeper",
          MasterUserPassword: password,
          DBName: "app",
          DBSubnetGroupName: this.group,
          ...more,
        }),
      );
      await this.until(identifier, (db) => db?.DBInstanceStatus === "available");
    });
  }

  async delete(DBInstanceIdentifier: string): Promise<void> {
    await this.rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }));
    await this.until(DBInstanceIdentifier, (db) => db === undefined);
  }

  /** The writer's first process is killed; a client in the VPC has been writing under the name, and goes on when it can. */
  async failover(identifier: string): Promise<number> {
    const before = await this.until(
      identifier,
      (db) => db?.SecondaryAvailabilityZone !== undefined && db.DBInstanceStatus === "available",
    );
    const host = before?.Endpoint?.Address ?? "";
    await this.psql(host, "create table if not exists marks (at timestamptz)");
    const pid = readFileSync(join(this.region.state, "databases", this.writerOf(identifier), "pid"), "utf8");
    const began = performance.now();
    process.kill(Number(pid), "SIGKILL");
    for (;;) {
      const written = await this.psql(host, "insert into marks values (now())").then(
        () => true,
        () => false,
      );
      if (written) break;
      if (performance.now() - began > 60_000) throw new Error("no write within a minute of the kill");
    }
    const took = (performance.now() - began) / 1000;
    await this.until(
      identifier,
      (db) => db?.AvailabilityZone === before?.SecondaryAvailabilityZone && db?.DBInstanceStatus === "available",
    );
    await sleep(3000);
    return took;
  }

  async transactions(identifier: string, rounds: number): Promise<Compared<"fabric">> {
    const db = await this.until(identifier, (found) => found?.DBInstanceStatus === "available");
    const host = db?.Endpoint?.Address ?? "";
    const address = await this.resolve(host);
    const pid = readFileSync(join(this.region.state, "databases", this.writerOf(identifier), "pid"), "utf8").trim();
    await this.pgbench(inNamespace(this.client, this.inImage(["pgbench", "-i", "-s", "5", "-q", ...this.to(address)])));
    const work = ["pgbench", "-n", "-c", "4", "-T", "4"];
    const here = this.inImage([...work, ...this.to("127.0.0.1")]);
    return against(
      () => this.pgbench({ argv: ["nsenter", `--net=/proc/${pid}/ns/net`, ...here.argv] }),
      { fabric: () => this.pgbench(inNamespace(this.client, this.inImage([...work, ...this.to(address)]))) },
      rounds,
    );
  }

  async restore(identifier: string): Promise<number> {
    const db = await this.until(identifier, (found) => found?.DBInstanceStatus === "available");
    // One random KiB a row, which does not compress.
    const fill =
      "create table filled as select string_agg(md5(random()::text), '') t from generate_series(1, 1000000) n, generate_series(1, 32) m group by n";
    await this.psql(db?.Endpoint?.Address ?? "", fill);
    const DBSnapshotIdentifier = "full";
    await this.rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: identifier, DBSnapshotIdentifier }));
    for (;;) {
      const { DBSnapshots } = await this.rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier }));
      if (DBSnapshots?.[0]?.Status === "available") break;
      await sleep(200);
    }
    return seconds(async () => {
      await this.rds.send(
        new RestoreDBInstanceFromDBSnapshotCommand({
          DBInstanceIdentifier: "restored",
          DBSnapshotIdentifier,
          DBSubnetGroupName: this.group,
        }),
      );
      await this.until("restored", (found) => found?.DBInstanceStatus === "available");
    });
  }

  private async until(
    DBInstanceIdentifier: string,
    is: (db: DBInstance | undefined) => boolean,
  ): Promise<DBInstance | undefined> {
    for (;;) {
      // All of them, which is never held.
      const { DBInstances } = await this.rds.send(new DescribeDBInstancesCommand({}));
      const db = DBInstances?.find((each) => each.DBInstanceIdentifier === DBInstanceIdentifier);
      if (is(db)) return db;
      if (db?.DBInstanceStatus === "failed") throw new Error(`${DBInstanceIdentifier} failed`);
      await sleep(20);
    }
  }

  private writerOf(identifier: string): string {
    const lines = readFileSync(join(this.region.state, "journal.jsonl"), "utf8").split("\n");
    const last = lines.filter((line) => line.includes(`"type":"rds:DBInstance","id":"${identifier}"`)).at(-1) ?? "";
    return /"server":\{"id":"([^"]+)"/.exec(last)?.[1] ?? "";
  }

  private to(address: string): string[] {
    return ["-h", address, "-U", "keeper", "app"];
  }

  private inImage(argv: readonly string[]): { argv: readonly [string, ...string[]] } {
    return command("chroot", engineRoot(folders()), ...argv);
  }

  private async pgbench(wanted: Parameters<typeof run>[0]): Promise<number> {
    const said = await run(wanted, { timeout: 120_000, env: { PGPASSWORD: password, LC_ALL: "C.UTF-8" } });
    return Number(/^tps = ([\d.]+)/m.exec(said)?.[1]);
  }

  /** Under the name as the VPC's resolver answers it now. */
  private async psql(host: string, sql: string): Promise<string> {
    const address = await this.resolve(host);
    const psql = this.inImage([
      "psql",
      "--no-psqlrc",
      "-qAt",
      "-c",
      sql,
      `host=${address} user=keeper dbname=app connect_timeout=2`,
    ]);
    return run(inNamespace(this.client, psql), { timeout: 600_000, env: { PGPASSWORD: password, LC_ALL: "C.UTF-8" } });
  }

  private async resolve(host: string): Promise<string> {
    const ask = `const { Resolver } = require("node:dns").promises; const r = new Resolver(); r.setServers(["10.0.0.2"]);
      r.resolve4(${JSON.stringify(host)}).then(([a]) => console.log(a));`;
    return run(inNamespace(this.client, command(process.execPath, "-e", ask)));
  }
}
