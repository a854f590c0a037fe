import { kinds, type Environment, type Kind, type NodeKinds } from "./environment.js";
import type { NodeId, Unexamined } from "./node.js";

type Drawers = { readonly [K in Kind]: Map<NodeId, NodeKinds[K]> };

/** Collects nodes; loaders and tests make their graphs with it. */
export class EnvironmentBuilder {
  private readonly drawers = Object.fromEntries(kinds.map((kind) => [kind, new Map()])) as unknown as Drawers;
  private readonly unexamined: Unexamined[] = [];

  add<K extends Kind>(kind: K, node: NodeKinds[K]): this {
    const drawer: Map<NodeId, NodeKinds[K]> = this.drawers[kind];
    drawer.set(node.id, node);
    return this;
  }

  get<K extends Kind>(kind: K, id: NodeId): NodeKinds[K] | undefined {
    const drawer: Map<NodeId, NodeKinds[K]> = this.drawers[kind];
    return drawer.get(id);
  }

  list<K extends Kind>(kind: K): readonly NodeKinds[K][] {
    const drawer: Map<NodeId, NodeKinds[K]> = this.drawers[kind];
    return [...drawer.values()];
  }

  leaveOut(resource: Unexamined): this {
    this.unexamined.push(resource);
    return this;
  }

  build(about: Pick<Environment, "sources" | "from" | "region" | "account" | "objectives" | "assumed">): Environment {
    return { ...about, ...this.drawers, unexamined: this.unexamined };
  }
}
