import { existsSync } from "node:fs";
import { spawn } from "node:child_process";
import type { Server } from "node:http";
import type { Server as NetServer } from "node:net";
import { command, inNamespace, run } from "../../../src/parts/host/command.js";
import { linkName, namespaceName, type RegionLabel } from "../../../src/parts/host/label.js";

/**
 * The least network a machine boots in: one router namespace with 169.254.169.254, and a namespace a machine with a
 * link to it. The fabric makes the real ones.
 */
export class BareNetwork {
  readonly #label: RegionLabel;
  readonly #servers: Server[] = [];
  readonly #namespaces: string[] = [];

  constructor(label: RegionLabel) {
    this.#label = label;
  }

  async add(instanceId: string, address: string): Promise<{ namespace: string; router: string }> {
    const namespace = namespaceName(this.#label, "eni", instanceId);
    const router = namespaceName(this.#label, "router", instanceId);
    const link = linkName("e", `${this.#label.code}${instanceId}`);
    const gateway = address.replace(/\d+$/, "1");
    for (const name of [router, namespace]) {
      this.#namespaces.push(name);
      await run(command("ip", "netns", "add", name));
      await run(command("ip", "-n", name, "link", "set", "lo", "up"));
    }
    await run(command("ip", "-n", router, "address", "add", "169.254.169.254/32", "dev", "lo"));
    await run(command("ip", "-n", router, "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", namespace));
    await run(command("ip", "-n", router, "address", "add", `${gateway}/24`, "dev", link));
    await run(command("ip", "-n", router, "link", "set", link, "up"));
    await run(command("ip", "-n", namespace, "address", "add", `${address}/24`, "dev", "eth0"));
    await run(command("ip", "-n", namespace, "link", "set", "eth0", "up"));
    await run(command("ip", "-n", namespace, "route", "add", "default", "via", gateway));
    return { namespace, router };
  }

  /** Serve the metadata service at the router's 169.254.169.254:80. */
  async serve(router: string, server: Server): Promise<void> {
    const handle = await listenInNamespace(router, "169.254.169.254", 80);
    await new Promise<void>((resolve) => server.listen(handle, resolve));
    this.#servers.push(server);
  }

  async remove(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    for (const name of this.#namespaces) if (existsSync(`/run/netns/${name}`)) await run(command("ip", "netns", "delete", name));
  }
}

/** A socket listening inside a namespace, opened by a child that lives just as long as that takes. */
function listenInNamespace(namespace: string, host: string, port: number): Promise<NetServer> {
  const script = `const s = require("net").createServer(); s.listen({ host: "${host}", port: ${port} }, () => process.send("open", s, () => process.exit(0)));`;
  const { argv } = inNamespace(namespace, command(process.execPath, "-e", script));
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    child.on("message", (_message, handle) => resolve(handle as NetServer));
    child.on("exit", (code) => (code === 0 ? undefined : reject(new Error(`nothing listens in ${namespace}: code ${code}`))));
  });
}
