import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from "@aws-sdk/client-cloudformation";
import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeEventsCommand,
  RDSClient,
  type DBCluster,
  type DBInstance,
} from "@aws-sdk/client-rds";
import { ask } from "../../src/cli/control.js";
import { appendProgram, type Client } from "./database-clients.js";
import { endTalkers, talkerOf } from "./database-talker.js";
import type { JourneyRegion } from "./region.js";

const launcher = fileURLToPath(new URL("../../bin/sandtable.js", import.meta.url));

/**
 * A VPC with a subnet in each zone, a DB subnet group over them, and two ends to talk from in zone c: `application`, whose group the
 * database admits, and `stranger`.
 */
export function databaseTemplate(
  database: Readonly<Record<string, unknown>> | undefined,
  more: { readonly resources?: object; readonly outputs?: object } = {},
): string {
  const ref = (Ref: string) => ({ Ref });
  const resource = (Type: string, Properties: object, more: object = {}) => ({ Type, Properties, ...more });
  const letters = ["A", "B", "C"];
  const group = (description: string, ingress: readonly object[] = []) =>
    resource("AWS::EC2::SecurityGroup", { GroupDescription: description, VpcId: ref("Vpc"), SecurityGroupIngress: ingress });
  const end = (name: string, groupName: string) =>
    resource("AWS::EC2::NetworkInterface", {
      SubnetId: ref("SubnetC"),
      GroupSet: [ref(groupName)],
      Tags: [{ Key: "Name", Value: name }],
    });
  return JSON.stringify({
    Resources: {
      Vpc: resource("AWS::EC2::VPC", { CidrBlock: "10.0.0.0/16", EnableDnsHostnames: true, EnableDnsSupport: true }),
      ...Object.fromEntries(
        letters.map((letter, n) => [
          `Subnet${letter}`,
          resource("AWS::EC2::Subnet", {
            VpcId: ref("Vpc"),
            CidrBlock: `10.0.${n}.0/24`,
            AvailabilityZone: { "Fn::Select": [n, { "Fn::GetAZs": "" }] },
          }),
        ]),
      ),
      ApplicationGroup: group("application"),
      StrangerGroup: group("stranger"),
      DatabaseGroup: group("database", [
        { IpProtocol: "tcp", FromPort: 1150, ToPort: 65535, SourceSecurityGroupId: ref("ApplicationGroup") },
      ]),
      Application: end("application", "ApplicationGroup"),
      Stranger: end("stranger", "StrangerGroup"),
      Subnets: resource("AWS::RDS::DBSubnetGroup", {
        DBSubnetGroupDescription: "all zones",
        SubnetIds: letters.map((letter) => ref(`Subnet${letter}`)),
      }),
      ...(database === undefined
        ? {}
        : {
            Database: resource("AWS::RDS::DBInstance", {
              DBInstanceIdentifier: "orders",
              DBInstanceClass: "db.t3.micro",
              Engine: "postgres",
              AllocatedStorage: "20",
              MasterUsername: "keeper",
              MasterUserPassword: "open-sesame-42",
              DBName: "app",
              DBSubnetGroupName: ref("Subnets"),
              VPCSecurityGroups: [ref("DatabaseGroup")],
              ...database,
            }),
          }),
      ...more.resources,
    },
    ...(more.outputs === undefined ? {} : { Outputs: more.outputs }),
  });
}

export const password = "open-sesame-42";

/** A region with one stack of `databaseTemplate`, and what a test does with it. */
export class DatabaseJourney {
  readonly rds: RDSClient;
  private readonly cloudformation: CloudFormationClient;

  constructor(
    private readonly region: JourneyRegion,
    private readonly client: Client = "postgres",
  ) {
    this.rds = new RDSClient(region.client);
    this.cloudformation = new CloudFormationClient(region.client);
  }

  /** Without a database: the network and the DB subnet group alone. */
  async deploy(
    StackName: string,
    database?: Readonly<Record<string, unknown>>,
    more?: Parameters<typeof databaseTemplate>[1],
  ): Promise<void> {
    await this.create(StackName, databaseTemplate(database, more));
  }

  /** A stack of these resources alone, in the network of another. */
  deployAlone(StackName: string, Resources: object): Promise<void> {
    return this.create(StackName, JSON.stringify({ Resources }));
  }

  private async create(StackName: string, TemplateBody: string): Promise<void> {
    await this.cloudformation.send(new CreateStackCommand({ StackName, TemplateBody }));
    await waitUntilStackCreateComplete(this.waiting(this.cloudformation), { StackName });
  }

  /** Of these resources alone, made or changed. */
  async stack(StackName: string, Resources: Readonly<Record<string, object>>): Promise<void> {
    const wanted = { StackName, TemplateBody: JSON.stringify({ Resources }) };
    const isThere = await this.cloudformation.send(new DescribeStacksCommand({ StackName })).then(
      () => true,
      () => false,
    );
    const waiting = this.waiting(this.cloudformation);
    if (isThere) {
      await this.cloudformation.send(new UpdateStackCommand(wanted));
      await waitUntilStackUpdateComplete(waiting, { StackName });
    } else {
      await this.cloudformation.send(new CreateStackCommand(wanted));
      await waitUntilStackCreateComplete(waiting, { StackName });
    }
  }

  async delete(StackName: string): Promise<void> {
    await endTalkers(this.region);
    await this.cloudformation.send(new DeleteStackCommand({ StackName }));
    await waitUntilStackDeleteComplete(this.waiting(this.cloudformation), { StackName });
  }

  async output(StackName: string, name: string): Promise<string> {
    const { Stacks } = await this.cloudformation.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue ?? "";
  }

  async physicalId(StackName: string, LogicalResourceId: string): Promise<string> {
    const { StackResources } = await this.cloudformation.send(
      new DescribeStackResourcesCommand({ StackName, LogicalResourceId }),
    );
    return StackResources?.[0]?.PhysicalResourceId ?? "";
  }

  async describe(DBInstanceIdentifier = "orders"): Promise<DBInstance> {
    const { DBInstances } = await this.rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
    return DBInstances?.[0] ?? {};
  }

  /** Until the instance is as wanted; the test's own timeout is the limit. */
  async until(what: string, is: (db: DBInstance) => boolean, identifier = "orders"): Promise<DBInstance> {
    for (let tries = 0; tries < 1200; tries += 1) {
      const db = await this.describe(identifier);
      if (is(db)) return db;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`waited in vain: ${what}; it is ${JSON.stringify(await this.describe(identifier))}`);
  }

  /** Until it is available with a standby that could take over: one that is shown may still be being built. */
  async whole(when: string, identifier = "orders"): Promise<DBInstance> {
    const isThere = (db: DBInstance): boolean =>
      db.DBInstanceStatus === "available" && db.SecondaryAvailabilityZone !== undefined;
    return this.soon(`it is whole ${when}`, async () => {
      const db = await this.until(`it is whole ${when}`, isThere, identifier);
      const last = (await this.events(["recovery"], identifier)).at(-1) ?? "";
      return last.includes("started") ? undefined : db;
    });
  }

  async cluster(DBClusterIdentifier: string): Promise<DBCluster> {
    const { DBClusters } = await this.rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier }));
    return DBClusters?.[0] ?? {};
  }

  /** As `until`, of a cluster. */
  async untilCluster(what: string, identifier: string, is: (cluster: DBCluster) => boolean): Promise<DBCluster> {
    for (let tries = 0; tries < 1200; tries += 1) {
      const cluster = await this.cluster(identifier);
      if (is(cluster)) return cluster;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`waited in vain: ${what}; it is ${JSON.stringify(await this.cluster(identifier))}`);
  }

  /** Messages of the instance's events of these categories, in their order; without categories of all. */
  async events(
    EventCategories: string[] = [],
    SourceIdentifier = "orders",
    SourceType: "db-instance" | "db-cluster" = "db-instance",
  ): Promise<readonly string[]> {
    const { Events } = await this.rds.send(new DescribeEventsCommand({ SourceIdentifier, SourceType, EventCategories }));
    return (Events ?? []).map(({ Message }) => Message ?? "");
  }

  /** The first datapoint of a metric of AWS/RDS of the last hour; waits until there is one. */
  async measured(name: string, DBInstanceIdentifier = "orders"): Promise<{ readonly average: number; readonly unit: string }> {
    const request = { verb: "metrics", name, dimensions: { DBInstanceIdentifier }, period: 10 } as const;
    return this.soon(`${name} is measured`, async () => {
      const points = (await ask(this.region.state, request)) as { average: number; unit: string }[];
      return points[0];
    });
  }

  /** What comes at last; the test's own timeout is the limit. */
  async soon<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    for (let tries = 0; tries < 1200; tries += 1) {
      const found = await look();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`waited in vain: ${what}`);
  }

  /** The id of the server that takes the writes, as the records have it. */
  writer(identifier = "orders"): string {
    const lines = readFileSync(join(this.region.state, "journal.jsonl"), "utf8").split("\n");
    const last = lines.filter((line) => line.includes(`"type":"rds:DBInstance","id":"${identifier}"`)).at(-1) ?? "";
    return /"server":\{"id":"([^"]+)"/.exec(last)?.[1] ?? "";
  }

  /** Of a server, by what is kept of its container. */
  firstProcess(serverId: string): number {
    return Number(readFileSync(join(this.region.state, "databases", serverId, "pid"), "utf8"));
  }

  zone(zone: string, cut: boolean): Promise<unknown> {
    return ask(this.region.state, { verb: "zone", zone, cut });
  }

  waiting<C>(client: C): { client: C; maxWaitTime: number; minDelay: number; maxDelay: number } {
    return { client, maxWaitTime: 120, minDelay: 1, maxDelay: 1 };
  }

  /** Statements by psql's like, one connection; gives the rows of the last. */
  query(
    sql: string,
    how: {
      readonly from?: string;
      readonly host: string;
      readonly user?: string;
      readonly password?: string;
      readonly database?: string;
      readonly ssl?: false;
    },
  ): Promise<readonly (readonly string[])[]> {
    const login = {
      host: how.host,
      user: how.user ?? "keeper",
      password: how.password ?? password,
      database: how.database ?? "app",
      ...(how.ssl === undefined ? {} : { ssl: how.ssl }),
    };
    // Whose packets are dropped waits for nothing.
    const patience = how.from === "stranger" ? 1500 : 4000;
    return talkerOf(this.region, this.client, how.from ?? "application").ask(login, sql, patience);
  }

  /** A client that appends numbered rows, one after the other, and goes on whatever happens, until it is ended. */
  append(host: string, from = "application"): Appender {
    return new Appender(this.region, appendProgram(this.client, { host, user: "keeper", password, database: "app" }), from);
  }
}

/** Every row it reports was acknowledged by the database. */
export class Appender {
  readonly acknowledged: number[] = [];
  private readonly child;
  private readonly listeners = new Set<() => void>();

  constructor(region: JourneyRegion, program: string, from: string) {
    const argv = ["internet", "--from", from, "--", process.execPath, "--input-type=module", "--eval", program];
    this.child = spawn(process.execPath, [launcher, ...argv], {
      env: { ...process.env, SANDTABLE_STATE: region.state, NO_COLOR: "1" },
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    });
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      this.acknowledged.push(Number(line));
      for (const listener of this.listeners) listener();
    });
  }

  /** Resolves when so many more rows have been acknowledged. */
  more(count: number): Promise<void> {
    const until = this.acknowledged.length + count;
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.acknowledged.length < until) return;
        this.listeners.delete(look);
        resolve();
      };
      this.listeners.add(look);
    });
  }

  async end(): Promise<void> {
    // With its region it ends by itself.
    if (this.child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGINT");
    await gone;
  }
}
