import type { NodeId } from "../node.js";
import { withoutKeys, type Key } from "./addresses.js";
import { Writing, type TextsIn } from "./writing.js";
import type { ConfigCall, ConfigModule, ConfigResource, Json, PlanFormat, ValuesModule } from "./format.js";

/** A resource that will be there, as it is planned. */
export interface PlannedResource {
  /** e.g. `module.net.aws_subnet.public[0]`. */
  readonly address: NodeId;
  /** Of its module, e.g. `module.net`; empty: the root. */
  readonly module: string;
  readonly type: string;
  readonly name: string;
  readonly key: Key | undefined;
  readonly provider: string;
  readonly values: Readonly<Record<string, Json>>;
  /** Which of the values are known only after it is applied: `true`, or which parts. */
  readonly unknown: Json;
  /** Undefined in a state. */
  readonly config: ConfigResource | undefined;
}

/** Something that is taken to be so, because a plan does not say it. */
export interface Assumption {
  readonly id: NodeId;
  readonly type: string;
  readonly what: string;
  readonly why: string;
}

/** A plan, to be looked things up in. */
export class Plan {
  readonly resources: readonly PlannedResource[];
  /** The texts that it was made of, as far as they are at hand. */
  readonly writing: Writing;
  readonly #assumed = new Map<string, Assumption>();
  /** The modules that the configuration has, by their addresses without keys. */
  readonly #modules = new Map<string, ConfigModule>();
  readonly #calls = new Map<string, ConfigCall>();
  readonly #byName = new Map<string, PlannedResource[]>();
  readonly #byAddress = new Map<NodeId, PlannedResource>();
  readonly #byType = new Map<string, PlannedResource[]>();
  readonly #instances = new Map<string, Set<string>>();

  constructor(format: PlanFormat, textsIn: TextsIn = () => undefined) {
    this.writing = new Writing(format.configuration?.root_module, textsIn);
    const { root_module: root } = format.configuration ?? {};
    if (root !== undefined) this.#walk(root, "");
    const changes = [...(format.resource_changes ?? []), ...(format.deferred_changes ?? []).map((each) => each.resource_change)];
    const unknowns = new Map(changes.map(({ address, change }) => [address, change.after_unknown ?? {}]));
    const configs = new Map<string, ConfigResource>();
    for (const [path, module] of this.#modules)
      for (const resource of module.resources ?? []) configs.set(`${path} ${resource.address}`, resource);
    const values = format.planned_values?.root_module ?? format.values?.root_module ?? {};
    this.resources = [...resourcesIn(values)].map(({ module, resource }): PlannedResource => {
      const { address, type, name, index, provider_name: provider = "" } = resource;
      return {
        address,
        module,
        type,
        name,
        key: index,
        provider,
        values: resource.values ?? {},
        unknown: unknowns.get(address) ?? {},
        config: configs.get(`${withoutKeys(module)} ${type}.${name}`),
      };
    });
    for (const { parent, address } of modulesIn(values)) {
      const path = `${parent === "" ? "" : `${parent}.`}${withoutKeys(address.slice(parent === "" ? 0 : parent.length + 1))}`;
      this.#instances.set(path, (this.#instances.get(path) ?? new Set()).add(address));
    }
    for (const resource of this.resources) {
      this.#byAddress.set(resource.address, resource);
      push(this.#byName, nameIn(resource.module, resource.type, resource.name), resource);
      push(this.#byType, resource.type, resource);
    }
  }

  /** What was read out of the plan that it does not say for sure. */
  get assumed(): readonly Assumption[] {
    return [...this.#assumed.values()];
  }

  assume(assumption: Assumption): void {
    this.#assumed.set(JSON.stringify(assumption), assumption);
  }

  get(address: NodeId): PlannedResource | undefined {
    return this.#byAddress.get(address);
  }

  of(...types: readonly string[]): readonly PlannedResource[] {
    return types.flatMap((type) => this.#byType.get(type) ?? []);
  }

  /** All instances of a resource in a module. */
  instances(module: string, type: string, name: string): readonly PlannedResource[] {
    return this.#byName.get(nameIn(module, type, name)) ?? [];
  }

  /** The configuration of a module. */
  module(address: string): ConfigModule | undefined {
    return this.#modules.get(withoutKeys(address));
  }

  /** How a module is called by the one around it. */
  call(address: string): ConfigCall | undefined {
    return this.#calls.get(withoutKeys(address));
  }

  /** The instances of a module that hold resources: `module.net`, or `module.net["a"]`, `module.net["b"]`. */
  moduleInstances(parent: string, name: string): readonly string[] {
    const path = parent === "" ? `module.${name}` : `${parent}.module.${name}`;
    return [...(this.#instances.get(path) ?? [])];
  }

  #walk(module: ConfigModule, path: string): void {
    this.#modules.set(path, module);
    for (const [name, call] of Object.entries(module.module_calls ?? {})) {
      const inner = path === "" ? `module.${name}` : `${path}.module.${name}`;
      this.#calls.set(inner, call);
      if (call.module !== undefined) this.#walk(call.module, inner);
    }
  }
}

const nameIn = (module: string, type: string, name: string): string => `${module} ${type}.${name}`;

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

function* modulesIn(module: ValuesModule): Generator<{ readonly parent: string; readonly address: string }> {
  for (const child of module.child_modules ?? []) {
    yield { parent: module.address ?? "", address: child.address ?? "" };
    yield* modulesIn(child);
  }
}

type ValuesResource = NonNullable<ValuesModule["resources"]>[number];

function* resourcesIn(module: ValuesModule): Generator<{ readonly module: string; readonly resource: ValuesResource }> {
  for (const resource of module.resources ?? [])
    if (resource.mode === "managed") yield { module: module.address ?? "", resource };
  for (const child of module.child_modules ?? []) yield* resourcesIn(child);
}
