import { join } from "node:path";
import type { EngineOptions } from "../../../src/parts/databases/place.js";
import type { ServerSpec } from "../../../src/parts/databases/spec.js";
import { command, inNamespace, run } from "../../../src/parts/host/command.js";
import { ensureAuthority, issueCertificate } from "../../../src/parts/outside/authority.js";
import { TestEngines } from "../engines.js";

export const master = { username: "flask", password: "it's a $ecret;--", databaseName: "app" } as const;

/**
 * PostgreSQL servers in namespaces of their own around one hub, `server1` to `server3`, where the N-th is 10.99.N.2; and their clients,
 * who are in the hub.
 */
export class TestServers {
  private constructor(
    readonly engines: TestEngines,
    readonly options: EngineOptions,
    readonly authority: string,
    private readonly certificate: ServerSpec["certificate"],
  ) {}

  static async begin(): Promise<TestServers> {
    const engines = await TestEngines.begin();
    await engines.wire("hub", "server1", "server2", "server3");
    await run(command("ip", "netns", "exec", engines.named("hub"), "sysctl", "-qw", "net.ipv4.ip_forward=1"));
    const folder = join(engines.state, "authority");
    const { certificate } = await ensureAuthority(folder, engines.root, ["endpoints"]);
    const { label, root, templates } = engines;
    const options = { label, root, templates, folder: join(engines.state, "databases") };
    return new TestServers(engines, options, certificate, await issueCertificate(folder, root, ["database.test"]));
  }

  address(place: number): string {
    return `10.99.${place}.2`;
  }

  /** A writer at one of the three places. */
  spec(id: string, place: number, more: Partial<ServerSpec> = {}): ServerSpec {
    return {
      id,
      namespace: this.engines.named(`server${place}`),
      port: 5432,
      memoryMiB: 1024,
      vcpus: 2,
      storageGiB: 5,
      parameters: {},
      requiresTls: true,
      certificate: this.certificate,
      replication: { role: "writer", acknowledges: [] },
      replicationPassword: "between:servers\\only",
      keepsLog: true,
      ...more,
    };
  }

  /** By psql over the wire, from the hub. */
  query(
    place: number,
    sql: string,
    how: { password?: string; user?: string; ssl?: string; database?: string; more?: string } = {},
  ): Promise<string> {
    const to = `host=${this.address(place)} user=${how.user ?? master.username} dbname=${how.database ?? "app"} sslmode=${how.ssl ?? "prefer"} ${how.more ?? ""}`;
    const psql = command("chroot", this.engines.root, "psql", "--no-psqlrc", "-qAt", "-c", sql, to);
    return run(inNamespace(this.engines.named("hub"), psql), {
      env: { PGPASSWORD: how.password ?? master.password, LC_ALL: "C.UTF-8" },
    });
  }

  /** Gives what is left, which is nothing. */
  end(): Promise<string[]> {
    return this.engines.end();
  }
}
