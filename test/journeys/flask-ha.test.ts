import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeInstancesCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  EC2Client,
  StartInstancesCommand,
  StopInstancesCommand,
  waitUntilInstanceRunning,
  waitUntilInstanceStopped,
} from "@aws-sdk/client-ec2";
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeDBInstancesCommand, RDSClient, RebootDBInstanceCommand } from "@aws-sdk/client-rds";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cgroupProcesses } from "../../src/parts/host/cgroup.js";
import { inNamespace, run } from "../../src/parts/host/command.js";
import { cgroupPath, namespaceName } from "../../src/parts/host/label.js";
import { leftovers } from "../../src/parts/host/leftovers.js";
import { judgedAsDefined } from "./judged.js";
import { nodeProbe, pythonProbe, requests } from "./packets.js";
import { JourneyRegion } from "./region.js";

/** What E1's authors did by hand, and what they could not: the whole of `examples/flask-ha`, used as a newcomer would. */
describe("flask-ha", () => {
  const region = new JourneyRegion();
  let up: { outputs: Record<string, string>; published: { url: string; port: number }[] };
  let ec2: EC2Client;
  let balancerUrl: string;

  beforeAll(async () => {
    await region.ok("region", "start", "--port", "0");
    up = (await region.json<{ stack: typeof up }>("up", "examples/flask-ha", "--yes", "--json")).stack;
    ec2 = new EC2Client(region.client);
    balancerUrl = `http://${up.outputs.Address}`;
  });

  afterAll(async () => {
    ec2?.destroy();
    await region.purge();
  });

  const instances = async () => {
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: "instance-state-name", Values: ["running", "stopped"] }] }),
    );
    return (Reservations ?? [])
      .flatMap((reservation) => reservation.Instances ?? [])
      .map((instance) => ({
        id: instance.InstanceId ?? "",
        address: instance.PrivateIpAddress ?? "",
        name: instance.Tags?.find((tag) => tag.Key === "Name")?.Value ?? "",
        zone: instance.Placement?.AvailabilityZone,
      }));
  };
  const database = async () => {
    const rds = new RDSClient(region.client);
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
    rds.destroy();
    return DBInstances?.[0]?.Endpoint?.Address ?? "";
  };
  const interfaces = async () => (await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces ?? [];
  const healthy = async () => {
    const elb = new ElasticLoadBalancingV2Client(region.client);
    const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({}));
    const { TargetHealthDescriptions } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn }),
    );
    elb.destroy();
    return (TargetHealthDescriptions ?? [])
      .filter((target) => target.TargetHealth?.State === "healthy")
      .map((target) => target.Target?.Id);
  };

  test("the two instances are in two zones", async () => {
    expect(new Set((await instances()).map((instance) => instance.zone)).size).toBe(2);
  });

  test("over many connections both instances answer, and a connection keeps its instance", async () => {
    const answers = await requests(region, `${balancerUrl}/`, 40);
    expect(new Set(answers.map((answer) => answer.body.trim()))).toEqual(new Set(["Flask App is running!"]));
    expect(new Set(answers.map((answer) => answer.instance)).size).toBe(2);
    const twice = await region.internet("curl", "--silent", "--include", `${balancerUrl}/`, `${balancerUrl}/`);
    const [first, second] = [...twice.stdout.matchAll(/^x-instance: (.*)$/gim)].map(([, name]) => name?.trim());
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  test("/data reads the clock of PostgreSQL", async () => {
    const [first] = await requests(region, `${balancerUrl}/data`, 1);
    await sleep(20);
    const [second] = await requests(region, `${balancerUrl}/data`, 1);
    const clock = (answer: { body: string } | undefined): number =>
      Date.parse((JSON.parse(answer?.body ?? "{}") as { current_time: string }).current_time);
    expect(Math.abs(clock(first) - Date.now())).toBeLessThan(60_000);
    expect(clock(second)).toBeGreaterThan(clock(first));
  });

  test("a browser on this machine opens the address that `up` printed", async () => {
    const [published] = up.published;
    const response = await fetch(`http://127.0.0.1:${published?.port}/`, {
      headers: { host: new URL(published?.url ?? "").host },
    });
    expect(published?.url).toMatch(/^http:\/\/[a-z0-9-]+\.localhost:\d+\/$/);
    expect(await response.text()).toContain("Flask App is running!");
  });

  test("the internet reaches the balancer and nothing else", async () => {
    const nics = await interfaces();
    const nodes = nics
      .filter((nic) => nic.InterfaceType === "network_load_balancer")
      .map((nic) => nic.Association?.PublicIp ?? "");
    const hosts = [
      ...new Set([
        ...nics.flatMap((nic) => [nic.Association?.PublicIp, nic.PrivateIpAddress]),
        "198.18.0.9",
        "198.18.0.200",
        "10.0.0.2",
        "10.0.1.1",
      ]),
    ].filter((host) => host !== undefined);
    const attempts = hosts.flatMap((host) => [22, 53, 80, 443, 5432, 8080].map((port) => ({ host, port })));
    const said = await region.internet(...nodeProbe(attempts));
    const found = JSON.parse(said.stdout) as string[];
    const open = attempts.filter((_, index) => found[index] === "open").map(({ host, port }) => `${host}:${port}`);
    expect(nodes).toHaveLength(2);
    expect(open.sort()).toEqual(nodes.map((host) => `${host}:80`).sort());
    // Everything else is silence, as on AWS: a refusal would tell that somebody is there.
    expect(new Set(found)).toEqual(new Set(["open", "silent"]));
  });

  test("instances get out through the NAT gateway only, and nothing gets in that way", async () => {
    const { NatGateways } = await ec2.send(
      new DescribeNatGatewaysCommand({ Filter: [{ Name: "state", Values: ["available"] }] }),
    );
    const publicIp = NatGateways?.[0]?.NatGatewayAddresses?.[0]?.PublicIp;
    const server = region.internet(
      process.execPath,
      "--eval",
      `require("node:http").createServer((request, response) => { response.end(request.socket.remoteAddress); if (request.url === "/end") setImmediate(() => process.exit()); }).listen(9099, "198.19.0.10")`,
    );
    for (const { name } of await instances()) {
      await expect
        .poll(
          async () =>
            (await region.cli("connect", name, "--", "curl", "--silent", "--max-time", "3", "http://198.19.0.10:9099/")).stdout,
          { timeout: 20_000 },
        )
        .toBe(publicIp);
    }
    await region.internet("curl", "--silent", "http://198.19.0.10:9099/end");
    await server;
  });

  test("the database refuses everyone but the instances' group", async () => {
    const address = await database();
    const [first] = await instances();
    const inside = await region.cli("connect", first?.name ?? "", "--", ...pythonProbe([{ host: address, port: 5432 }]));
    expect(JSON.parse(inside.stdout)).toEqual(["open"]);
    const nics = await interfaces();
    const databaseIp = nics.find((nic) => nic.Description?.includes("RDS"))?.PrivateIpAddress ?? "";
    expect(databaseIp).toMatch(/^10\.0\.[23]\./);
    // The balancer's node has another group: the same packet from its own namespace.
    const node = nics.find((nic) => nic.InterfaceType === "network_load_balancer")?.NetworkInterfaceId ?? "";
    const [program = "", ...args] = nodeProbe([{ host: databaseIp, port: 5432 }]);
    const outside = await run(inNamespace(namespaceName(region.label, "eni", node), { argv: [program, ...args] }));
    expect(JSON.parse(outside)).toEqual(["silent"]);
    const world = await region.internet(...nodeProbe([{ host: databaseIp, port: 5432 }]));
    expect(JSON.parse(world.stdout)).toEqual(["silent"]);
  });

  test("an interface of one's own is an end to talk from: in the instances' group it reaches the database, in none it does not", async () => {
    const address = await database();
    const nics = await interfaces();
    const ofInstance = nics.find((nic) => nic.Attachment?.InstanceId?.startsWith("i-"));
    const probe = async (Groups: string[] | undefined): Promise<unknown> => {
      const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: ofInstance?.SubnetId, Groups }));
      const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? "";
      const said = await region.cli(
        "internet",
        "--from",
        NetworkInterfaceId,
        "--",
        ...nodeProbe([{ host: address, port: 5432 }]),
      );
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
      return JSON.parse(said.stdout);
    };
    expect(await probe(ofInstance?.Groups?.map((group) => group.GroupId ?? ""))).toEqual(["open"]);
    expect(await probe(undefined)).toEqual(["silent"]);
    const taken = await region.cli("internet", "--from", ofInstance?.NetworkInterfaceId ?? "", "--", "true");
    expect(taken.stderr).toContain(`belongs to the instance ${ofInstance?.Attachment?.InstanceId}`);
  });

  test("calls signed with the role's credentials are known as the instance's", async () => {
    const [first] = await instances();
    const script = `T=$(curl -s -X PUT http://169.254.169.254/latest/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60")
      curl -s -H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest/meta-data/iam/security-credentials/ec2-backend-role
      curl -s -o /dev/null -w "\\n%{http_code}" http://169.254.169.254/latest/meta-data/`;
    const said = await region.cli("connect", first?.name ?? "", "--", "sh", "-c", script);
    const [document, withoutToken] = [
      said.stdout.slice(0, said.stdout.lastIndexOf("\n")),
      said.stdout.slice(said.stdout.lastIndexOf("\n") + 1),
    ];
    expect(withoutToken).toBe("401");
    const given = JSON.parse(document) as { AccessKeyId: string; SecretAccessKey: string; Token: string };
    const sts = new STSClient({
      ...region.client,
      credentials: { accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.Token },
    });
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe(`arn:aws:sts::000000000000:assumed-role/ec2-backend-role/${first?.id}`);
    sts.destroy();
  });

  test("a program on an instance calls AWS by its name, over TLS and through NAT, and is known by its role", async () => {
    const [first] = await instances();
    const script = `T=$(curl -s -X PUT http://169.254.169.254/latest/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60")
      curl -s -H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest/meta-data/iam/security-credentials/ec2-backend-role >/tmp/role
      value() { python3 -c "import json; print(json.load(open('/tmp/role'))['$1'])"; }
      curl -sS --max-time 10 --aws-sigv4 aws:amz:eu-west-3:sts --user "$(value AccessKeyId):$(value SecretAccessKey)" \
        -H "X-Amz-Security-Token: $(value Token)" -d "Action=GetCallerIdentity&Version=2011-06-15" https://sts.eu-west-3.amazonaws.com/`;
    const said = await region.cli("connect", first?.name ?? "", "--", "bash", "-c", script);
    expect(said.stdout).toContain(`<Arn>arn:aws:sts::000000000000:assumed-role/ec2-backend-role/${first?.id}</Arn>`);
    // Unsigned, and from the internet itself: the certificate is believed there too.
    const world = await region.internet("curl", "-sS", "-d", "Action=GetCallerIdentity", "https://sts.amazonaws.com/");
    expect(world.stdout).toContain("<Code>MissingAuthenticationToken</Code>");
  });

  test("of the real network a machine reaches package mirrors only, by the proxy that its apt is set to", async () => {
    const [first] = await instances();
    const script = `proxy=$(apt-config dump Acquire::http::Proxy | sed 's/.*"\\(.*\\)".*/\\1/')
      curl -s -o /dev/null -w "%{http_code}\\n" --max-time 10 --proxy "$proxy" http://localhost:4599/
      curl -s -o /dev/null -w "%{http_connect}\\n" --max-time 10 --proxy "$proxy" https://127.0.0.1/`;
    const said = await region.cli("connect", first?.name ?? "", "--", "bash", "-c", script);
    expect(said.stdout.trim().split("\n")).toEqual(["403", "403"]);
  });

  judgedAsDefined(region);

  test("an unmodified aws CLI answers", async ({ skip }) => {
    const there = await execa("aws", ["--version"], { reject: false });
    if (there.exitCode !== 0) skip("no aws CLI on this machine");
    const seen = await region.json<{ Reservations: object[] }>("aws", "--", "ec2", "describe-instances", "--output", "json");
    expect(seen.Reservations).toHaveLength(2);
    const groups = await region.json<{ TargetGroups: { TargetGroupArn: string }[] }>(
      "aws",
      "--",
      "elbv2",
      "describe-target-groups",
      "--output",
      "json",
    );
    const health = await region.json<{ TargetHealthDescriptions: { TargetHealth: { State: string } }[] }>(
      ...[
        "aws",
        "--",
        "elbv2",
        "describe-target-health",
        "--output",
        "json",
        "--target-group-arn",
        groups.TargetGroups[0]?.TargetGroupArn ?? "",
      ],
    );
    expect(health.TargetHealthDescriptions.map((target) => target.TargetHealth.State)).toEqual(["healthy", "healthy"]);
    const databases = await region.json<{ DBInstances: { DBInstanceStatus: string }[] }>(
      "aws",
      "--",
      "rds",
      "describe-db-instances",
      "--output",
      "json",
    );
    expect(databases.DBInstances.map((each) => each.DBInstanceStatus)).toEqual(["available"]);
  });

  test("one instance is stopped and the other still serves; started again it takes part again", async () => {
    const [first, second] = await instances();
    const InstanceIds = [first?.id ?? ""];
    await ec2.send(new StopInstancesCommand({ InstanceIds }));
    await waitUntilInstanceStopped({ client: ec2, maxWaitTime: 60 }, { InstanceIds });
    await expect.poll(healthy, { timeout: 60_000 }).toEqual([second?.id]);
    const answers = await requests(region, `${balancerUrl}/`, 20);
    expect(new Set(answers.map((answer) => answer.instance)).size).toBe(1);
    await ec2.send(new StartInstancesCommand({ InstanceIds }));
    await waitUntilInstanceRunning({ client: ec2, maxWaitTime: 60 }, { InstanceIds });
    await expect.poll(async () => (await healthy()).length, { timeout: 60_000 }).toBe(2);
    const again = await requests(region, `${balancerUrl}/`, 40);
    expect(new Set(again.map((answer) => answer.instance)).size).toBe(2);
  });

  test("the database fails over to its standby in the other zone, and /data answers again", async () => {
    const rds = new RDSClient(region.client);
    const now = async () => (await rds.send(new DescribeDBInstancesCommand({}))).DBInstances?.[0];
    const before = await now();
    await rds.send(
      new RebootDBInstanceCommand({ DBInstanceIdentifier: before?.DBInstanceIdentifier ?? "", ForceFailover: true }),
    );
    const clock = async () => (await requests(region, `${balancerUrl}/data`, 4)).map(({ body }) => body);
    await expect.poll(async () => (await now())?.AvailabilityZone, { timeout: 60_000 }).toBe(before?.SecondaryAvailabilityZone);
    await expect.poll(async () => (await clock()).every((body) => body.includes("current_time")), { timeout: 60_000 }).toBe(true);
    rds.destroy();
  });

  test("a second `up` changes nothing and says so", async () => {
    const said = await region.cli("up", "examples/flask-ha", "--yes");
    expect(said).toMatchObject({ code: 0 });
    expect(said.stdout + said.stderr).toMatch(/no changes/i);
  });

  test("a resolver that dies is back, with all its names, without anybody asking", async () => {
    const [first] = await instances();
    const address = await database();
    const look = async (): Promise<string> =>
      (await region.cli("connect", first?.name ?? "", "--", "timeout", "1", "getent", "hosts", address)).stdout;
    expect(await look()).toMatch(/^10\.0\.[23]\./);
    const vpcId = (await interfaces())[0]?.VpcId ?? "";
    const resolver = cgroupPath(region.label, `names-router-${vpcId}-${first?.zone}`);
    const [dnsmasq] = cgroupProcesses(resolver).filter((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "dnsmasq");
    if (dnsmasq === undefined) throw new Error(`no dnsmasq in ${resolver}`);
    process.kill(dnsmasq, "SIGKILL");
    await expect.poll(look, { timeout: 30_000 }).toMatch(/^10\.0\.[23]\./);
    expect(cgroupProcesses(resolver)).not.toContain(dnsmasq);
  });

  test("killed at once, the region leaves everything running, and carries on when started again", async () => {
    process.kill(region.pid, "SIGKILL");
    const [node] = (await leftovers(region.label, region.state)).filter(
      (each) => each.name === namespaceName(region.label, "internet"),
    );
    expect(node).toBeDefined();
    const target = `${balancerUrl}/data`;
    const without = await run(
      inNamespace(namespaceName(region.label, "internet"), {
        argv: ["curl", "--silent", "--max-time", "5", "--resolve", `${up.outputs.Address}:80:${await publicIp()}`, target],
      }),
    );
    expect(without).toContain("current_time");
    await region.ok("region", "start", "--port", "0");
    ec2.destroy();
    ec2 = new EC2Client(region.client);
    await expect.poll(async () => (await healthy()).length, { timeout: 60_000 }).toBe(2);
    const answers = await requests(region, target, 4);
    expect(answers.every((answer) => answer.body.includes("current_time"))).toBe(true);
  });
  /** Of a node of the balancer, found without the region. */
  const publicIp = async (): Promise<string> => {
    const routes = await run(inNamespace(namespaceName(region.label, "internet"), { argv: ["ip", "-j", "route"] }));
    const found = (JSON.parse(routes) as { dst: string }[])
      .map((route) => route.dst)
      .filter((dst) => /^198\.18\.0\.\d+$/.test(dst));
    for (const address of found) {
      const said = await execa(
        "nsenter",
        [
          `--net=/run/netns/${namespaceName(region.label, "internet")}`,
          "curl",
          "--silent",
          "--max-time",
          "2",
          `http://${address}/`,
        ],
        { reject: false },
      );
      if (said.exitCode === 0) return address;
    }
    throw new Error("no node answers");
  };

  test("after `down` nothing is left", async () => {
    const said = await region.cli("down", "flask-ha", "--yes");
    expect(said).toMatchObject({ code: 0 });
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    expect(
      (Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []).map((instance) => instance.State?.Name),
    ).toEqual(["terminated", "terminated"]);
    const left = (await leftovers(region.label, region.state)).filter((each) =>
      ["namespace", "mount", "link", "table", "container"].includes(each.kind),
    );
    // The internet, its resolver and what is behind gateway endpoints are the region's own; they go with it.
    expect(left.map((each) => each.name).sort()).toEqual([
      `st-${region.label.code}-internet`,
      `st-${region.label.code}-internet-services`,
      `st-${region.label.code}-names-internet`,
    ]);
    expect(await interfaces()).toEqual([]);
  });
});
