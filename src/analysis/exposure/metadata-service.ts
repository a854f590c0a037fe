import { isUnknown } from "../../environment/maybe.js";
import type { Rule } from "../finding.js";
import { startsContainers } from "../hosts/containers.js";
import { hostsOf, scriptOf } from "../hosts/hosts.js";
import { at, isFalse, notKnown, ruleOver, where } from "../rule.js";

export const metadataWithoutToken: Rule = ruleOver(
  {
    id: "metadata-without-token",
    subject: "exposure",
    severity: "medium",
    summary: "A host whose metadata service answers without a token (IMDSv1)",
    sources: [
      "Amazon EC2 User Guide: Use the Instance Metadata Service to access instance metadata",
      "AWS Security Hub controls EC2.8 and AutoScaling.3",
    ],
  },
  function* (environment) {
    for (const host of hostsOf(environment))
      for (const said of where(host.settings.tokensRequired, isFalse, {
        title: "its metadata service answers without a token",
        reason:
          "IMDSv1 is allowed: an application that can be made to fetch an address (SSRF) hands out the credentials of the host's role.",
        fix: "set MetadataOptions.HttpTokens to required",
        ...at(host, "MetadataOptions"),
      }))
        yield [host, said];
  },
);

export const hopLimit: Rule = ruleOver(
  {
    id: "metadata-out-of-containers-reach",
    subject: "exposure",
    severity: "low",
    summary: "A host with a role and with containers, whose metadata answers do not reach into containers",
    sources: ["Amazon EC2 User Guide: Configure the Instance Metadata Service options (hop limit)"],
  },
  function* (environment) {
    for (const host of hostsOf(environment)) {
      const script = scriptOf(host);
      const { hopLimit: hops, role, tokensRequired } = host.settings;
      if (script === undefined || role === undefined || tokensRequired === false || !startsContainers(script)) continue;
      if (!isUnknown(hops) && hops > 1) continue;
      const said = {
        title: "its containers get no credentials from its role",
        reason:
          "IMDSv2's answers may make one hop, and a container on a bridge is two away: the SDKs inside find no credentials.",
        fix: "set MetadataOptions.HttpPutResponseHopLimit to 2 where the containers need the role; leave it where they must not have it, and accept this finding",
        ...at(host, "MetadataOptions"),
      };
      yield [host, isUnknown(hops) ? notKnown(said, hops) : said];
    }
  },
);
