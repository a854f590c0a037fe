import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What a client of AWS needs. */
export interface MotoEndpoint {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface Moto {
  readonly at: MotoEndpoint;
  /** Forget everything. */
  reset(): Promise<void>;
  end(): void;
}

/** Is moto's server (Python) on this machine? It is a witness beside us, and no part of the product. */
export function hasMoto(): boolean {
  try {
    execFileSync("python3", ["-c", "import moto.server"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Runs the server with those of AWS's own policies that are named: to load all thousand of them takes seconds after each reset. */
const withPolicies = `
import json, sys
import moto.iam.models as iam
wanted = json.loads(sys.argv.pop())
everything = json.loads(iam.aws_managed_policies_data)
iam.aws_managed_policies_data = json.dumps({name: everything[name] for name in wanted})
from moto.server import main
main(sys.argv[1:])
`;

/** A server of its own on loopback, on a free port. `managedPolicies`: names of AWS's own policies that it is to have. */
export async function startMoto(options: { readonly managedPolicies?: readonly string[] } = {}): Promise<Moto> {
  const port = await freePort();
  const address = ["-H", "127.0.0.1", "-p", String(port)];
  const child = spawn(
    "python3",
    options.managedPolicies === undefined
      ? ["-m", "moto.server", ...address]
      : ["-c", withPolicies, ...address, JSON.stringify(options.managedPolicies)],
    { stdio: "ignore", env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: String(options.managedPolicies !== undefined) } },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  const at = { endpoint, region: "eu-west-3", credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" } };
  const reset = async (): Promise<void> => {
    const { ok, status } = await fetch(`${endpoint}/moto-api/reset`, { method: "POST" });
    if (!ok) throw new Error(`moto answered its reset with ${status}`);
  };
  for (let round = 0; round < 300; round++) {
    if (child.exitCode !== null) throw new Error(`moto's server ended with ${child.exitCode}`);
    const answered = await fetch(`${endpoint}/moto-api/`).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return { at, reset, end: () => void child.kill() };
    await sleep(100);
  }
  child.kill();
  throw new Error("moto's server did not answer within 30 s");
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
