import type { Told } from "./told.js";

/** Of a construct's metadata in the cloud assembly (`aws:cdk:error`, `aws:cdk:warning`, `aws:cdk:info`). */
export interface Annotation {
  readonly type: string;
  readonly data?: unknown;
}

const levels: Readonly<Record<string, string>> = {
  "aws:cdk:error": "error",
  "aws:cdk:warning": "warning",
  "aws:cdk:info": "info",
};

/** cdk-nag 2 speaks by annotations: `AwsSolutions-S1: The S3 Bucket has …`, `AwsSolutions-IAM4[Policy::arn:…]: …`. */
const nagRule = /^([A-Za-z][\w.]*-\w+(?:\[.*?\](?=:))?): (.+)$/s;

/**
 * An annotation of a construct, as something that is told of it; undefined for other metadata. What a construct says of itself has the
 * name by which it is acknowledged (`[ack: …]`), else only that it is a warning or an error.
 */
export function readAnnotation(
  { type, data }: Annotation,
  construct: string,
): Pick<Told, "by" | "rule" | "level" | "text" | "about" | "fix"> | undefined {
  const level = levels[type];
  if (level === undefined || typeof data !== "string") return undefined;
  const acknowledged = /\s*\[ack: ([^\]]+)\]\s*/.exec(data);
  const text = (acknowledged === null ? data : data.replace(acknowledged[0], " ")).replaceAll(/\s+/g, " ").trim();
  const [, rule, said] = nagRule.exec(text) ?? [];
  if (rule !== undefined && said !== undefined) return { by: "cdk-nag", rule, level, text: said, about: construct };
  const name = acknowledged?.[1] ?? level;
  return {
    by: "the CDK",
    rule: `cdk-annotation-${name.replaceAll(/[^\w.:@/-]+/g, "-")}`,
    level,
    text,
    fix: "do as it says; a warning may be acknowledged where the construct is made",
    about: construct,
  };
}
