import { cpus } from "node:os";
import { changes, traffic } from "./fabric.js";
import { networkStack } from "./cloudformation.js";
import { line, median, seconds, type Figure } from "./figures.js";
import { databases } from "./databases.js";
import { reachability } from "./reachability.js";
import { BenchRegion } from "./region.js";
import { balancerThroughput } from "./throughput.js";

/** `npm run bench [ROUNDS]`: medians of one run on this machine, and ratios against a baseline measured in the same run. */
const rounds = Math.max(1, Number(process.argv[2] ?? 5));
const figures: Figure[] = [];
const say = (figure: Figure): void => {
  figures.push(figure);
  process.stdout.write(`${line(figure)}\n`);
};
const atMost = (what: string, values: readonly number[], unit: string, limit: number): void =>
  say({ what, values, unit, aim: `<= ${limit} ${unit}`, met: median(values) <= limit });

process.stdout.write(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${rounds} rounds\n`);

for (const interfaces of [1000, 3000, 10_000]) {
  const found = Array.from({ length: Math.min(rounds, 3) }, () => reachability(interfaces));
  const of = (pick: (figures: (typeof found)[number]) => number): number[] => found.map(pick);
  const about = `${interfaces} interfaces (${found[0]?.classes} classes)`;
  atMost(
    `who reaches whom, all pairs of ${about}`,
    of(({ matrix }) => matrix),
    "s",
    2,
  );
  atMost(
    `its memory, ${interfaces} interfaces`,
    of(({ memory }) => memory),
    "MiB",
    1024,
  );
  atMost(
    `one query, ${interfaces} interfaces`,
    of(({ query }) => query),
    "ms",
    5,
  );
  const values = of(({ ratio }) => ratio);
  say({
    what: `all pairs one query after the other, ${interfaces} interfaces`,
    values,
    unit: "x",
    aim: ">= 10 x as long",
    met: median(values) >= 10,
  });
}

const starts: number[] = [];
const memory: number[] = [];
for (let round = 0; round < rounds; round++)
  await BenchRegion.with(async (region) => {
    starts.push(await region.start());
    if (round < 3) memory.push(await region.residentMiB());
  });
atMost("region start to healthy", starts, "s", 0.4);
atMost("resident memory, idle, nothing deployed", memory, "MiB", 172);

const ups: number[] = [];
const downs: number[] = [];
const full: number[] = [];
await BenchRegion.with(async (region) => {
  await region.start();
  await region.cli("image", "prepare", "examples/flask-ha");
  for (let round = 0; round < rounds; round++) {
    ups.push(await region.up("examples/flask-ha", "/data"));
    if (round < 3) full.push(await region.residentMiB());
    downs.push(await seconds(() => region.cli("down", "flask-ha", "--yes")));
  }
});
atMost("up flask-ha, images built, to the first 200 on /data", ups, "s", 8);
atMost("down flask-ha", downs, "s", 4);
atMost("resident memory, idle, flask-ha deployed", full, "MiB", 172);

const balancer = await balancerThroughput(rounds * 2, 1000);
const gigabits = (values: readonly number[]): number[] => values.map((bytes) => (bytes * 8) / 1e9);
say({
  what: "through the balancer, across zones",
  values: gigabits(balancer.found.model),
  unit: "Gb/s",
  aim: "the ratio below",
  met: true,
});
say({
  what: "through the same HAProxy between bare veth pairs",
  values: gigabits(balancer.baseline),
  unit: "Gb/s",
  aim: "the ratio below",
  met: true,
});
const least = (what: string, values: readonly number[], limit: number, baseline = "a bare veth pair"): void =>
  say({ what, values, unit: "", aim: `>= ${limit} of ${baseline}`, met: median(values) >= limit });
least("its share", balancer.shares.model, 0.9, "the same between bare veth pairs");

const { bytes, connections } = await traffic(rounds * 2, 1);
least("throughput between interfaces in one subnet", bytes.shares.subnet, 0.85);
least("throughput between interfaces across zones", bytes.shares.zones, 0.7);
least("connections between interfaces in one subnet", connections.shares.subnet, 0.6);
least("connections between interfaces across zones", connections.shares.zones, 0.5);

const { rule, membership, oneMore, create200 } = await changes(rounds);
atMost("a group's rule in force, 200 interfaces", rule, "ms", 10);
atMost("a group's member in force, 200 interfaces", membership, "ms", 5);
atMost("one more interface, at 200", oneMore, "ms", 100);
atMost("200 interfaces at once", create200, "s", 3);

const network = await networkStack(rounds);
network.figures.forEach(say);
for (const word of network.skipped) process.stdout.write(`skipped: ${word}\n`);

process.stdout.write("A failover here takes what this machine takes; AWS says 60 to 120 s for a Multi-AZ instance.\n");
const { single, multiAz, failover, restore, transactions } = await databases(rounds);
atMost("a DB instance available", single, "s", 1);
atMost("a Multi-AZ DB instance available", multiAz, "s", 2);
atMost("from the writer's death to the next acknowledged write", failover, "s", 3);
atMost("restore of 1 GB available", restore, "s", 15);
least("pgbench through the fabric", transactions.shares.fabric, 0.85, "the same server on loopback");

process.exitCode = figures.every((figure) => figure.met) ? 0 : 1;
