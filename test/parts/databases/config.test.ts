import { describe, expect, test } from "vitest";
import { pgHbaConf, postgresqlConf } from "../../../src/parts/databases/postgres/config.js";
import {
  databaseStatement,
  masterStatements,
  oneAtATime,
  replicationStatements,
} from "../../../src/parts/databases/postgres/roles.js";
import { passwordVerifier } from "../../../src/parts/databases/postgres/verifier.js";
import type { ServerSpec } from "../../../src/parts/databases/spec.js";
import { imageUser, ociConfig } from "../../../src/parts/engine/program.js";

const spec: ServerSpec = {
  id: "db-ABC",
  namespace: "st-000000-eni-eni-1",
  port: 5432,
  memoryMiB: 1024,
  vcpus: 2,
  storageGiB: 20,
  parameters: { work_mem: "5000" },
  requiresTls: true,
  certificate: { key: "key", certificate: "certificate" },
  replication: { role: "writer", acknowledges: [] },
  replicationPassword: "a:b\\c",
  keepsLog: true,
};

describe("a PostgreSQL server's files", () => {
  test("postgresql.conf of a class with 1 GiB", async () => {
    await expect(postgresqlConf(spec)).toMatchFileSnapshot("postgresql.conf");
  });

  test("a parameter wins over the default of the class, but not over what the part needs", () => {
    const conf = postgresqlConf({ ...spec, parameters: { max_connections: "7", listen_addresses: "10.0.0.1", work_mem: "1" } });
    expect(conf).toContain("max_connections = '7'");
    expect(conf).toContain("work_mem = '1'");
    expect(conf).toContain("listen_addresses = '*'");
    expect(conf.match(/^max_connections/gm)).toHaveLength(1);
  });

  test.each([
    { replication: { role: "writer", acknowledges: [] }, synchronous: "''", from: "''" },
    {
      replication: { role: "writer", acknowledges: ["db-ABC-2", "db-ABC-3"] },
      synchronous: `'ANY 1 ("db-ABC-2", "db-ABC-3")'`,
      from: "''",
    },
    {
      replication: { role: "reader", from: { id: "db-ABC", address: "10.0.0.7", port: 5433 } },
      synchronous: "''",
      from: "'host=10.0.0.7 port=5433 user=rdsrepladmin passfile=/srv/replication.pgpass application_name=db-ABC sslmode=require connect_timeout=3'",
    },
  ] as const)("replication as $replication.role", ({ replication, synchronous, from }) => {
    const conf = postgresqlConf({ ...spec, replication });
    expect(conf).toContain(`synchronous_standby_names = ${synchronous}\n`);
    expect(conf).toContain(`primary_conninfo = ${from}\n`);
  });

  test.each([
    { requiresTls: true, everyone: "hostssl" },
    { requiresTls: false, everyone: "host" },
  ])(
    "everyone gets in by password, by TLS only where it is required ($requiresTls); the control roles not at all",
    ({ requiresTls, everyone }) => {
      const rules = pgHbaConf({ requiresTls })
        .trim()
        .split("\n")
        .map((line) => line.split(/ +/));
      expect(rules).toEqual([
        ["local", "all", "rdsadmin", "trust"],
        ["local", "replication", "rdsadmin", "trust"],
        ["hostssl", "replication", "rdsrepladmin", "all", "scram-sha-256"],
        ["host", "all", "rdsadmin", "all", "reject"],
        ["host", "all", "rdsrepladmin", "all", "reject"],
        [everyone, "all", "all", "all", "scram-sha-256"],
      ]);
    },
  );

  test("names are quoted in what the server is told, which is no password but its verifier", async () => {
    const told = [
      oneAtATime,
      databaseStatement('a"pp'),
      ...masterStatements("fl'a\"sk", "SCRAM-SHA-256$1", ["postgres", 'a"pp']),
      ...replicationStatements("SCRAM-SHA-256$2"),
    ];
    await expect(`${told.join(";\n")};\n`).toMatchFileSnapshot("roles.sql");
  });

  test("the verifier of a password is the one of RFC 7677's example", () => {
    // User "user", password "pencil", 4096 iterations: https://www.rfc-editor.org/rfc/rfc7677#section-3
    const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
    expect(passwordVerifier("pencil", salt)).toBe(
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    );
    expect(passwordVerifier("pencil")).not.toBe(passwordVerifier("pencil"));
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
