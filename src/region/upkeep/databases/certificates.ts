import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerSpec } from "../../../parts/databases/spec.js";
import type { Scope } from "../../operations/call.js";
import { clusterEndpointName, endpointName } from "../../services/rds/names.js";

type Certificate = ServerSpec["certificate"];

/** The certificates that database servers show: one for all endpoints of an account in a region, of the authority that machines trust. */
export class DatabaseCertificates {
  private readonly made = new Map<string, Promise<Certificate>>();

  constructor(
    private readonly folder: string,
    private readonly issue: (names: readonly string[]) => Promise<Certificate>,
  ) {}

  of(scope: Pick<Scope, "accountId" | "regionName">): Promise<Certificate> {
    const name = `${scope.accountId}-${scope.regionName}`;
    let made = this.made.get(name);
    if (made === undefined) {
      made = this.kept(name, [
        endpointName(scope, "*"),
        clusterEndpointName(scope, "*"),
        clusterEndpointName(scope, "*", "cluster-ro"),
      ]);
      this.made.set(name, made);
      // A failure is that of those who asked; the next one tries again.
      made.catch(() => this.made.delete(name));
    }
    return made;
  }

  private async kept(name: string, names: readonly string[]): Promise<Certificate> {
    const file = join(this.folder, `${name}.json`);
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Certificate;
    const certificate = await this.issue(names);
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const making = `${file}.making`;
    rmSync(making, { force: true });
    writeFileSync(making, JSON.stringify(certificate), { mode: 0o600 });
    renameSync(making, file);
    return certificate;
  }
}
