import type { Call } from "./call.js";
import type { MemberNote, MemberRules, RulesFor } from "./members.js";

/**
 * The services the region answers for, by the name requests are signed with (the SigV4 scope's service).
 * `sdk` is the SDK client whose schemas are the wire.
 */
export const services = {
  cloudformation: { sdk: "cloudformation", title: "CloudFormation" },
  ec2: { sdk: "ec2", title: "EC2" },
  elasticloadbalancing: { sdk: "elastic-load-balancing-v2", title: "Elastic Load Balancing v2" },
  iam: { sdk: "iam", title: "IAM" },
  kms: { sdk: "kms", title: "KMS" },
  rds: { sdk: "rds", title: "RDS" },
  secretsmanager: { sdk: "secrets-manager", title: "Secrets Manager" },
  s3: { sdk: "s3", title: "S3" },
  ssm: { sdk: "ssm", title: "Systems Manager" },
  sts: { sdk: "sts", title: "STS" },
} as const;

export type ServiceName = keyof typeof services;

/** One operation of the AWS API: what it understands of its input, and the function that answers it. */
export interface Operation {
  readonly service: ServiceName;
  readonly name: string;
  readonly members: MemberRules;
  /** What has no effect although no rule for a member can say it: it depends on a value. */
  readonly notes?: ((input: unknown) => readonly MemberNote[]) | undefined;
  /** `input` is what the wire decoded against the SDK's schema. Throws `ServiceFault`. */
  run(call: Call, input: unknown): unknown;
}

/** What a handler returns: the SDK's output type without the client's own `$metadata`. */
export type Output<O> = Omit<O, "$metadata">;

/**
 * Define an operation. `I` and `O` are the SDK's command input and output types, e.g.
 * `operation<CreateVpcCommandInput, CreateVpcCommandOutput>("ec2", "CreateVpc", { CidrBlock: enforced }, createVpc)`.
 */
export function operation<I, O>(
  service: ServiceName,
  name: string,
  members: RulesFor<I>,
  run: (call: Call, input: I) => Output<O> | Promise<Output<O>>,
  notes?: (input: I) => readonly MemberNote[],
): Operation {
  return {
    service,
    name,
    members: members as MemberRules,
    notes: notes && ((input) => notes(input as I)),
    run: (call, input) => run(call, input as I),
  };
}
