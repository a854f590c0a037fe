import type { Maybe, Unknown } from "./maybe.js";
import type { Node, NodeId, SourcePlace } from "./node.js";

/**
 * A policy. `Statement` is always a list, and so are actions and resources. What is not known stands in its texts as `${…}`:
 * `${Bucket.Arn}` for what Fn::GetAtt of a resource gives (`${Bucket}` for Ref), `${Parameter}`, else why.
 */
export interface PolicyDocument {
  readonly statements: readonly PolicyStatement[];
  readonly place?: SourcePlace;
}

export interface PolicyStatement {
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  /** `*`, or by kind: `AWS`, `Service`, `Federated`, `CanonicalUser`. Undefined in an identity's own policy. All but some
   * (`NotPrincipal`) are `*` here: everybody else is among them. */
  readonly principals: Readonly<Record<string, readonly string[]>> | "*" | undefined;
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Why parts of it are not known that may say anything, a star too. What is known of them stands above. */
  readonly unknown?: UnknownParts;
}

export interface UnknownParts {
  readonly effect?: Unknown;
  readonly principals?: Unknown;
  readonly actions?: Unknown;
  readonly resources?: Unknown;
  readonly conditions?: Unknown;
}

export interface AttachedPolicy {
  readonly name: string;
  /** e.g. `arn:aws:iam::aws:policy/AdministratorAccess`. */
  readonly arn?: Maybe<string>;
  /** Undefined: a policy of AWS's, or one that is not in the graph. */
  readonly document: Maybe<PolicyDocument> | undefined;
}

export interface Role extends Node {
  readonly trust: Maybe<PolicyDocument>;
  readonly policies: readonly AttachedPolicy[];
}

export interface User extends Node {
  readonly policies: readonly AttachedPolicy[];
  readonly groups: readonly Maybe<NodeId>[];
  /** Keys that do not end by themselves. */
  readonly accessKeys: number;
  readonly hasPassword: boolean;
  /** Nothing of it is in a template. */
  readonly hasMfa: Maybe<boolean>;
}

export interface UserGroup extends Node {
  readonly policies: readonly AttachedPolicy[];
}

/** A policy of one's own that is a resource by itself. */
export interface ManagedPolicy extends Node, AttachedPolicy {
  /** The roles, users and groups of the graph that have it; others may. */
  readonly attachedTo: readonly NodeId[];
}

/** What a provider (GitHub, a pipeline) may come in by, without keys. */
export interface IdentityProvider extends Node {
  readonly url: Maybe<string>;
  readonly audiences: readonly Maybe<string>[];
}
