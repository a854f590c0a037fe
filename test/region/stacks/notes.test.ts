import { describe, expect, test } from "vitest";
import { targetGroup } from "../../../src/region/stacks/providers/elbv2/balancers.js";
import { recordedNotes } from "../../../src/region/stacks/validation/resources.js";

describe("what has no effect though the template does not say it", () => {
  const group = { Protocol: "TCP", Port: 80, VpcId: "vpc-1" };
  const stating = (Value: string) => ({ ...group, TargetGroupAttributes: [{ Key: "preserve_client_ip.enabled", Value }] });

  test.each([
    ["a target group of instances, for AWS keeps their clients' addresses by default", group, 1],
    ["one that asks for it", stating("true"), 1],
    ["one that states what we do", stating("false"), 0],
    ["one of addresses, for which AWS does not by default", { ...group, TargetType: "ip" }, 0],
  ])("%s", (_, properties, count) => {
    const notes = recordedNotes(properties, targetGroup);
    expect(notes).toHaveLength(count);
    expect(notes.every((note) => note.because.includes("preserve_client_ip.enabled"))).toBe(true);
  });
});
