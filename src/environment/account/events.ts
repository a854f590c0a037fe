import {
  type EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  type Rule,
} from "@aws-sdk/client-eventbridge";
import type { Described, Said } from "../described.js";
import { told } from "../told.js";
import type { Names } from "./names.js";
import { eachOf, pagesOf, type Reading } from "./reading.js";
import { documentOf, type ReadRoom } from "./room.js";

const ruleType = "AWS::Events::Rule";

/** Rules of EventBridge, on every bus. */
export const readRules: ReadRoom = async (clients, reading) => {
  const client = await clients.events();
  const buses = await reading.all(
    "events:ListEventBuses",
    [ruleType],
    pagesOf(
      (NextToken) => client.send(new ListEventBusesCommand({ NextToken })),
      (page) => page.NextToken,
    ),
    (page) => page.EventBuses,
  );
  const rules = (await eachOf(buses, ({ Name }) => rulesOn(client, reading, Name ?? "default"))).flat();
  const targets = await eachOf(rules, (rule) => targetsOf(client, reading, rule));
  return {
    register: (names) => {
      for (const { Name = "", Arn, EventBusName = "default" } of rules)
        names.register({
          type: ruleType,
          physicalId: Arn ?? Name,
          also: EventBusName === "default" ? [Name] : [`${EventBusName}|${Name}`],
          otherwise: Name,
        });
    },
    describe: (names) => rules.map((rule, index) => describeRule(rule, targets[index], names)),
  };
};

const rulesOn = (client: EventBridgeClient, reading: Reading, EventBusName: string): Promise<readonly Rule[]> =>
  reading.all(
    "events:ListRules",
    [ruleType],
    pagesOf(
      (NextToken) => client.send(new ListRulesCommand({ EventBusName, NextToken })),
      (page) => page.NextToken,
    ),
    (page) => page.Rules,
  );

async function targetsOf(client: EventBridgeClient, reading: Reading, { Name, EventBusName }: Rule): Promise<Said | undefined> {
  const read = async (): Promise<Said> => {
    const found: Said[] = [];
    const pages = pagesOf(
      (NextToken) => client.send(new ListTargetsByRuleCommand({ Rule: Name, EventBusName, NextToken })),
      (page) => page.NextToken,
    );
    for await (const page of pages) found.push(...(page.Targets ?? []).map(({ Id, Arn }) => told({ Id, Arn })));
    return found;
  };
  return reading.one("events:ListTargetsByRule", read());
}

const describeRule = (rule: Rule, targets: Said | undefined, names: Names): Described => ({
  id: names.idOf(ruleType, rule.Arn ?? rule.Name),
  type: ruleType,
  physicalId: rule.Name,
  // A service's own rule is not the user's to change.
  ...(rule.ManagedBy === undefined ? {} : { implicit: true }),
  properties: told({
    Name: rule.Name,
    ScheduleExpression: rule.ScheduleExpression === "" ? undefined : rule.ScheduleExpression,
    EventPattern: documentOf(rule.EventPattern === "" ? undefined : rule.EventPattern),
    State: rule.State,
    EventBusName: rule.EventBusName,
    Targets: targets,
  }),
});
