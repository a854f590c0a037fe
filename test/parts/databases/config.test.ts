import { describe, expect, test } from "vitest";
import { bootstrapSql, pgHbaConf, postgresqlConf } from "../../../src/parts/databases/postgres/config.js";
import type { PostgresSpec } from "../../../src/parts/databases/postgres/spec.js";
import { imageUser, ociConfig } from "../../../src/parts/engine/program.js";

const spec: PostgresSpec = {
  id: "db-ABC",
  namespace: "st-000000-eni-eni-1",
  port: 5432,
  masterUsername: "flask",
  masterPassword: "it's \\secret",
  databaseName: "app",
  memoryMiB: 1024,
  vcpus: 2,
};

describe("a PostgreSQL server's files", () => {
  test("postgresql.conf of a class with 1 GiB", async () => {
    await expect(postgresqlConf(spec)).toMatchFileSnapshot("postgresql.conf");
  });

  test("everyone but the control role gets in by password and TLS only", () => {
    const rules = pgHbaConf
      .trim()
      .split("\n")
      .map((line) => line.split(/ +/));
    expect(rules).toEqual([
      ["local", "all", "rdsadmin", "trust"],
      ["hostssl", "all", "rdsadmin", "all", "reject"],
      ["hostssl", "all", "all", "all", "scram-sha-256"],
    ]);
  });

  test("names and passwords are quoted in what the server is told", async () => {
    await expect(bootstrapSql(spec)).toMatchFileSnapshot("bootstrap.sql");
  });

  test("the database postgres is there already", () => {
    expect(bootstrapSql({ ...spec, databaseName: "postgres" })).not.toContain("CREATE DATABASE");
  });
});

describe("the container of an engine", () => {
  const program = {
    root: "/image",
    user: "haproxy",
    hostname: "balancer",
    folders: { "/srv": "/state/files" },
    argv: ["/bin/true"] as const,
  };

  test("has no capability, or only the one to bind low ports", () => {
    const capabilitiesOf = (lowPorts: boolean): object =>
      ociConfig({ ...program, lowPorts }, "/root", { uid: 1, gid: 2 }).process.capabilities;
    expect(Object.values(capabilitiesOf(false)).flat()).toEqual([]);
    expect(new Set(Object.values(capabilitiesOf(true)).flat())).toEqual(new Set(["CAP_NET_BIND_SERVICE"]));
  });

  test("without a namespace it has an empty network of its own", () => {
    const networkOf = (namespace?: string): object | undefined =>
      ociConfig({ ...program, namespace }, "/root", { uid: 1, gid: 2 }).linux.namespaces.find(({ type }) => type === "network");
    expect(networkOf()).toEqual({ type: "network" });
    expect(networkOf("st-1")).toEqual({ type: "network", path: "/run/netns/st-1" });
  });

  test("users are those of the image", () => {
    expect(imageUser("root:x:0:0::/:/bin/sh\nhaproxy:x:100:101::/:/bin/sh\n", "haproxy")).toEqual({ uid: 100, gid: 101 });
    expect(() => imageUser("root:x:0:0::/:/bin/sh\n", "postgres")).toThrow("no user postgres");
  });
});
