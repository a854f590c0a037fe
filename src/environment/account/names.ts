import { Reference, type Said } from "../described.js";
import type { NodeId } from "../node.js";

/** A resource of a stack, as ListStackResources tells it. */
export interface StackResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

interface Registered {
  readonly type: string;
  /** AWS's own id, in the form of CloudFormation's `Ref`. */
  readonly physicalId: string;
  /** Its ARN, its public address … whatever else AWS names it by. */
  readonly also?: readonly (string | undefined)[];
  /** What it is called unless a stack made it, in place of its physical id. */
  readonly otherwise?: NodeId;
}

/** What the nodes of an account are called: as their stack calls them, else as AWS does. */
export class Names {
  private readonly stackNames = new Map<string, NodeId>();
  private readonly nodes = new Map<string, NodeId>();
  private readonly taken = new Set<NodeId>();
  private readonly made = new Set<NodeId>();
  private readonly represented = new Set<string>();

  constructor(resources: readonly StackResource[]) {
    const nameOf = namingOf(resources);
    for (const resource of resources) this.stackNames.set(key(resource.type, resource.physicalId), nameOf(resource));
    for (const name of this.stackNames.values()) this.taken.add(name);
  }

  /** Give it its name. Names are of one graph, so of two things that AWS calls alike (a role and its profile) the second has its type before. */
  register({ type, physicalId, also = [], otherwise }: Registered): NodeId {
    const known = [physicalId, ...also].filter((name) => name !== undefined);
    const fromStack = known.map((name) => this.stackNames.get(key(type, name))).find((name) => name !== undefined);
    const wanted = otherwise ?? physicalId;
    const id = fromStack ?? (this.taken.has(wanted) ? `${type.slice(type.lastIndexOf(":") + 1)}/${wanted}` : wanted);
    this.taken.add(id);
    if (fromStack !== undefined) this.made.add(id);
    for (const name of known) this.nodes.set(key(type, name), id);
    return id;
  }

  /** What it is called; nothing when it was not seen. */
  find(type: string, physicalId: string | undefined): NodeId | undefined {
    return physicalId === undefined ? undefined : this.nodes.get(key(type, physicalId));
  }

  /** Of something that is registered. */
  idOf(type: string, physicalId: string | undefined): NodeId {
    return this.find(type, physicalId) ?? physicalId ?? "";
  }

  /** A reference to it, or AWS's id as it stands for what is not part of what was read (a VPC of another account, say). */
  ref(type: string, physicalId: string): Said {
    const node = this.find(type, physicalId);
    return node === undefined ? physicalId : new Reference(node);
  }

  refs(type: string, physicalIds: readonly (string | undefined)[] | undefined): readonly Said[] {
    return (physicalIds ?? []).filter((id) => id !== undefined).map((id) => this.ref(type, id));
  }

  /** An instance that is no node: its Auto Scaling group stands for it. */
  represent(instanceId: string): void {
    this.represented.add(instanceId);
  }

  isRepresented(instanceId: string | undefined): boolean {
    return instanceId !== undefined && this.represented.has(instanceId);
  }

  /** Does a stack list it? (Asked before it is registered.) */
  isOfStack(type: string, physicalId: string | undefined): boolean {
    return physicalId !== undefined && this.stackNames.has(key(type, physicalId));
  }

  /** What a stack calls it, whether or not it was seen. */
  nameOf(type: string, physicalId: string): NodeId {
    return this.stackNames.get(key(type, physicalId)) ?? physicalId;
  }

  /** Did one of the stacks make it? */
  isMade(id: NodeId): boolean {
    return this.made.has(id);
  }
}

/** Resources of several stacks are told apart by their stack's name. */
export function namingOf(resources: readonly StackResource[]): (of: Pick<StackResource, "stack" | "logicalId">) => NodeId {
  const several = new Set(resources.map(({ stack }) => stack)).size > 1;
  return ({ stack, logicalId }) => (several ? `${stack}.${logicalId}` : logicalId);
}

const key = (type: string, physicalId: string): string => `${type} ${physicalId}`;
