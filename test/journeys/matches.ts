import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decide } from "../../src/parts/fabric/changes.js";
import { observe } from "../../src/parts/fabric/observe.js";
import { planInternet } from "../../src/parts/fabric/plan-internet.js";
import { planServices } from "../../src/parts/fabric/plan-services.js";
import { planVpc } from "../../src/parts/fabric/plan-vpc.js";
import type { RegionLabel } from "../../src/parts/host/label.js";
import { namespacesOf } from "../../src/parts/host/namespaces.js";
import type { Records } from "../../src/region/records/records.js";
import { Store } from "../../src/region/records/store.js";
import { Vpcs } from "../../src/region/services/ec2/records.js";
import { vpcSpec } from "../../src/region/upkeep/vpcspec.js";

/** What is on the disk of a region, running or not, by whoever only reads it: every account's and region's records. */
export function recordsOf(state: string): readonly Records[] {
  const copy = mkdtempSync(join(tmpdir(), "sandtable-journey-records-"));
  try {
    for (const file of ["journal.jsonl", "root.key"]) cpSync(join(state, file), join(copy, file));
    const store = Store.open(copy);
    store.close();
    return store.scopes().map((scope) => store.records(scope));
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/**
 * What would have to be changed in the kernel for it to hold the networks that the records have, and nothing else. Empty when it
 * does. (Rulesets are written whole and are not compared; packets tell about those.)
 */
export async function differences(label: RegionLabel, scopes: readonly Records[]): Promise<string[]> {
  const specs = scopes.flatMap((records) => records.list(Vpcs).flatMap(({ vpcId }) => vpcSpec(records, vpcId) ?? []));
  const found: string[] = [];
  const known = new Set([planInternet(label), planServices(label)].flatMap((plan) => [...plan.namespaces.keys()]));
  for (const spec of specs) {
    const plan = planVpc(spec, label);
    for (const name of plan.namespaces.keys()) known.add(name);
    const { brokenLinks, newLinks, newNamespaces, oldLinks, oldNamespaces, ends, routers } = decide(
      await observe(label, plan),
      plan,
    );
    const text = (what: string, items: readonly unknown[]): string[] =>
      items.map((item) => `${spec.vpcId}: ${what} ${JSON.stringify(item)}`);
    found.push(
      ...text(
        "missing namespace",
        newNamespaces.map(({ name }) => name),
      ),
      ...text("left namespace", oldNamespaces),
      ...text(
        "missing link",
        newLinks.map(({ a, b }) => [a.name, b.name]),
      ),
      ...text("broken link", brokenLinks),
      ...text("left link", oldLinks),
      // Settings of links are written again each time; what is compared is what was asked of the kernel.
      ...text(
        "entry",
        [...ends, ...routers].flatMap(({ lines }) => lines).filter((line) => !/^(link set|ntable)/.test(line)),
      ),
    );
  }
  for (const name of await namespacesOf(label)) if (!known.has(name)) found.push(`a namespace that no record wants: ${name}`);
  return found;
}
