import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { alarmRules } from "../../src/analysis/alarms/rules.js";
import { backupRules } from "../../src/analysis/backups/rules.js";
import { exposureRules } from "../../src/analysis/exposure/rules.js";
import { redundancyRules } from "../../src/analysis/redundancy/rules.js";
import { sourceRules } from "../../src/analysis/source/rules.js";
import type { Environment } from "../../src/environment/environment.js";
import { graphOf } from "../../src/environment/graph/graph.js";
import { describePlan } from "../../src/environment/plan/describe.js";

const rules = [...exposureRules, ...redundancyRules, ...alarmRules, ...backupRules];
const read = (path: string): string => readFileSync(new URL(`../fixtures/${path}`, import.meta.url), "utf8");

/** What Terraform calls the elements of E4's template. */
const elements: Readonly<Record<string, string>> = {
  ApiTargets: "aws_lb_target_group.api",
  BalancerGroup: "aws_security_group.balancer",
  Database: "aws_db_instance.main",
  Deployer: "aws_iam_user.deployer",
  HostGroup: "aws_security_group.hosts",
  HostRole: "aws_iam_role.hosts",
  Hosts: "aws_autoscaling_group.hosts",
  Listener: "aws_lb_listener.http",
};

/** What a plan cannot say as the template does. */
const differences: Readonly<Record<string, string>> = {
  // The template names its image by the path of a public parameter, which tells the release; the plan has an id.
  "package-not-in-image": "unknown",
};

/** The rows of E4 in the originals' table. */
const rows = read("originals/README.md")
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter(([, , template]) => template === "fastapi-asg")
  .map(([, fault = "", , element = "", rule = ""]) => ({ fault, element, rule }))
  .filter(({ rule }) => rules.some(({ id }) => id === rule));

describe("E4 as a Terraform plan", () => {
  const { description, problems } = describePlan("plan.json", read("plans/fastapi-asg/plan.json"));
  if (description === undefined) throw new Error(problems.map(({ message }) => message).join());
  const environment = graphOf(description);
  const findings = rules.flatMap((rule) => rule.judge(environment));

  test("has the rows of the table", () => expect(rows.length).toBeGreaterThan(11));

  test.each(rows)("shows what the template shows: $fault ($rule at $element)", ({ element, rule }) => {
    const found = findings.filter((finding) => finding.rule === rule && finding.resource.id === elements[element]);
    expect(found.map(({ verdict }) => verdict)).toContain(differences[rule] ?? "fails");
  });

  test("is no pass by itself, for it does not say what its indexes are; beside its text it says so", () => {
    const text = read("plans/fastapi-asg/main.tf");
    const beside = describePlan("plan.json", read("plans/fastapi-asg/plan.json"), (folder) =>
      folder === "." ? text : undefined,
    );
    const open = (one: Environment) =>
      sourceRules.flatMap((rule) => rule.judge(one)).map(({ verdict, resource }) => [verdict, resource.id]);
    expect(open(environment)).toContainEqual(["unknown", "aws_nat_gateway.main[1]"]);
    expect(open(graphOf(beside.description ?? description))).toEqual([]);
  });

  test("leaves no resource out", () => expect(environment.unexamined).toEqual([]));
});
