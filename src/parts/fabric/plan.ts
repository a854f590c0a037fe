import { memo } from "../memo.js";
import type { Table } from "./text.js";

/**
 * What the kernel shall hold for one VPC (or for the simulated internet), as plain data made by pure functions:
 * namespaces with their sysctls, the veth pairs between them, keyed `ip` entries, and the complete nftables text of each.
 * `changes.ts` compares it with what is there; `act.ts` makes the difference true.
 */
export interface FabricPlan {
  /** `vpc-…` or `internet`. */
  readonly owner: string;
  readonly namespaces: ReadonlyMap<string, NamespacePlan>;
  /** Keyed by the first end, see `linkKeyOf`. */
  readonly links: ReadonlyMap<string, LinkPlan>;
  /** Owners (peering connections) whose links may be in these namespaces beside ours; what others have there is removed. */
  readonly guests?: ReadonlySet<string>;
}

export interface NamespacePlan {
  readonly name: string;
  /** For messages: `the router of vpc-0abc in eu-west-3a`. */
  readonly is: string;
  /** Order of work: ends of interfaces are configured before the routers that bring them up. */
  readonly kind: "end" | "router";
  /**
   * Whose the entries inside are. `ours`: all of them, anything else is removed. `theirs`: a machine lives there and may
   * add its own; ours are set once, when its interface is made. `shared`: others add theirs on their own links. `guests`: the
   * namespace is another owner's; ours are the entries on our links.
   */
  readonly entriesAre: "ours" | "theirs" | "shared" | "guests";
  /** Path below /proc/sys/net -> value. Written explicitly, as a new namespace copies the host's. Empty: leave alone. */
  readonly sysctls: ReadonlyMap<string, string>;
  readonly entries: ReadonlySet<Entry>;
  /** Its nftables ruleset: these tables as a whole. */
  readonly nft?: readonly Table[];
}

/**
 * One thing inside a namespace, as an `ip` command (of a `qdisc`, a `tc` command) without its verb, in one canonical spelling:
 * `addr 10.0.0.1/32 dev lo`, `rule pref N [fwmark MARK] [from IP] lookup N`, `rule pref 10001 from 10.0.0.5 lookup 10001`, `neigh 10.0.0.5 lladdr 02:… dev e… nud permanent`,
 * `route [blackhole|throw] DST [via GW] [dev DEV] [onlink] [src IP] [table N] [metric N]`, `qdisc dev DEV root netem delay Nus limit N`.
 */
export type Entry = `${"addr" | "rule" | "neigh" | "route" | "qdisc"} ${string}`;

/** A veth pair. `a` is the side that is brought up last: a link whose `a` is up is complete. */
export interface LinkPlan {
  readonly a: LinkEnd;
  readonly b: LinkEnd;
}

export interface LinkEnd {
  readonly namespace: string;
  readonly name: string;
  readonly mtu: number;
  /** Device group, read by nftables as `iifgroup`; see `numbers.ts`. */
  readonly group: number;
  readonly mac: string;
  /** `sandtable/<region>/<owner>/<what>`. */
  readonly alias: string;
}

export const linkKeyOf = (end: Pick<LinkEnd, "namespace" | "name">): string => `${end.namespace} ${end.name}`;

/** What two entries must not both hold: the second replaces the first. */
export const entryKey = memo((entry): string => {
  const words = entry.split(" ");
  const after = (word: string): string => words[words.indexOf(word) + 1] ?? "";
  switch (words[0]) {
    case "qdisc":
      return `qdisc ${after("dev")}`;
    case "neigh":
      return `neigh ${words[1]} ${after("dev")}`;
    case "route": {
      const destination = words[1] === "blackhole" || words[1] === "throw" ? words[2] : words[1];
      const table = words.includes("table") ? after("table") : "main";
      const metric = words.includes("metric") ? after("metric") : "0";
      return `route ${destination} ${table} ${metric}`;
    }
    default:
      return entry;
  }
});

/** Collects a namespace's plan while subjects add to it. Throws where two different entries would replace each other. */
export class NamespaceDraft {
  readonly entries = new Set<Entry>();
  private readonly byKey = new Map<string, Entry>();
  constructor(readonly fixed: Omit<NamespacePlan, "entries" | "nft">) {}
  add(...entries: Entry[]): void {
    for (const entry of entries) {
      if (this.entries.has(entry)) continue;
      const known = this.byKey.get(entryKey(entry));
      if (known !== undefined)
        throw new Error(`${this.fixed.is} would hold both "${known}" and "${entry}", of which the kernel keeps one`);
      this.byKey.set(entryKey(entry), entry);
      this.entries.add(entry);
    }
  }
  done(nft?: readonly Table[]): NamespacePlan {
    return { ...this.fixed, entries: this.entries, ...(nft === undefined ? {} : { nft }) };
  }
}
