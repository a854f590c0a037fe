import { expect, test } from "vitest";
import type { JourneyRegion } from "./region.js";

/** Tests of a region in which `examples/flask-ha` is up: what `check` and `reach` say of it is what they say of the definition, and true. */
export function judgedAsDefined(region: JourneyRegion): void {
  test("the running region is judged as its definition is", async () => {
    type Report = {
      findings: { rule: string; severity: string; resource: { id: string } }[];
      unexamined: { resource: string }[];
    };
    const check = async (...args: readonly string[]): Promise<Report> => {
      const said = await region.cli("check", ...args, "--json");
      expect([0, 1, 3], said.stderr).toContain(said.code);
      return JSON.parse(said.stdout) as Report;
    };
    const named = ({ findings }: Report): readonly string[] =>
      findings.map(({ rule, severity, resource }) => `${severity} ${rule} ${resource.id}`).toSorted();
    const [live, defined] = await Promise.all([check("--live", "--stack", "flask-ha"), check("examples/flask-ha")]);
    expect(named(live)).toEqual(named(defined));
    // What the region does not model is no part of it, and is said.
    expect(live.unexamined.map(({ resource }) => resource)).toContain("AWS::CloudWatch::Alarm");
  });

  test.each([
    ["internet", "Balancer:80", "reachable", "answered"],
    // Nothing on the internet leads to a private address.
    ["internet", "Database:5432", "blocked", "unreachable"],
    ["internet", "app-instance-1:80", "blocked", "unreachable"],
    ["app-instance-1", "Database:5432", "reachable", "answered"],
    ["app-instance-1", "app-instance-2:80", "blocked", "silence"],
  ])("the packet from %s to %s does as predicted: %s", async (from, to, reach, answer) => {
    const said = await region.cli("reach", from, to, "--live", "--send", "--json");
    const { paths } = JSON.parse(said.stdout) as { paths: { sent: { answer: string; agrees: string } }[] };
    expect(JSON.parse(said.stdout), said.stderr).toMatchObject({ reach });
    expect(paths.length).toBeGreaterThan(0);
    for (const { sent } of paths) expect(sent).toMatchObject({ answer, agrees: "yes" });
  });
}
