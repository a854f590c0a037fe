import type { Rule } from "../finding.js";
import { hostsOf } from "../hosts/hosts.js";
import { at, isFalse, ruleOn, ruleOver, where } from "../rule.js";

export const unencryptedVolume: Rule = ruleOver(
  {
    id: "volume-unencrypted",
    subject: "exposure",
    severity: "low",
    summary: "A volume of an instance that is not encrypted",
    sources: ["Amazon EBS User Guide: Amazon EBS encryption", "AWS Security Hub control EC2.3"],
  },
  function* (environment) {
    for (const host of hostsOf(environment))
      for (const volume of host.settings.volumes)
        for (const said of where(volume.encrypted, isFalse, {
          title: `its volume ${volume.device} is not encrypted`,
          reason: "The volume and every snapshot of it are in clear text.",
          fix: "set Encrypted in its block device mapping, or turn on encryption by default for the region",
          ...at(host, "BlockDeviceMappings"),
        }))
          yield [host, said];
  },
);

export const unencryptedTopic: Rule = ruleOn(
  "topics",
  {
    id: "topic-unencrypted",
    subject: "exposure",
    severity: "info",
    summary: "A topic whose messages are not encrypted at rest",
    sources: [
      "Amazon SNS Developer Guide: Securing Amazon SNS data with server-side encryption",
      "AWS Security Hub control SNS.1",
    ],
  },
  (topic) =>
    where(topic.encrypted, isFalse, {
      title: "its messages are not encrypted at rest",
      reason: "It has no KMS key. Alarms say little that is secret; what else is published may.",
      fix: "set KmsMasterKeyId; where CloudWatch alarms publish, a key of your own that lets cloudwatch.amazonaws.com use it",
      ...at(topic, "KmsMasterKeyId"),
    }),
);
