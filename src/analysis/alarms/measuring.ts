import type { Environment, Kind, Nodes } from "../../environment/environment.js";
import { isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { Node } from "../../environment/node.js";
import type { Alarm } from "../../environment/watching.js";
import type { Rule } from "../finding.js";
import { hostsOf, scriptOf, type Host } from "../hosts/hosts.js";
import { at, listed, notKnown, ruleOn } from "../rule.js";
import { metricOf, metricText } from "./comparison.js";
import { namespaces, needsAgent } from "./metrics.js";

type Dimension = Alarm["dimensions"][number];

/** The hosts that an alarm's dimensions name. */
const watchedHosts = (alarm: Alarm, environment: Environment): readonly Host[] =>
  hostsOf(environment).filter((host) =>
    alarm.dimensions.some(
      ({ node, value }) => node === host.id || (isKnown(value) && (value === host.physicalId || value === host.name)),
    ),
  );

/** How often its metric is measured, at the rarest; undefined where nothing tells. Seconds. */
function interval(alarm: Alarm, environment: Environment): Maybe<number> | undefined {
  const every = metricOf(alarm)?.every;
  if (every !== undefined) return every;
  if (isUnknown(alarm.namespace) || alarm.namespace?.startsWith("AWS/") !== true) return undefined;
  if (alarm.namespace !== "AWS/EC2") return 60;
  const monitored = watchedHosts(alarm, environment).map(({ settings }) => settings.detailedMonitoring);
  if (monitored.includes(false)) return 300;
  return monitored.find(isUnknown) ?? (monitored.length === 0 ? undefined : 60);
}

export const periodTooFine: Rule = ruleOn(
  "alarms",
  {
    id: "alarm-period-finer-than-metric",
    subject: "alarms",
    severity: "high",
    summary: "An alarm whose periods are shorter than the time between two measurements",
    sources: [
      "Amazon EC2 User Guide: Manage detailed monitoring for your EC2 instances (basic: 5 minutes)",
      "Amazon CloudWatch User Guide: Configuring how CloudWatch alarms treat missing data",
    ],
  },
  function* (alarm, environment) {
    const { period } = alarm;
    const every = interval(alarm, environment);
    if (period === undefined || every === undefined || alarm.isComputed) return;
    const said = {
      title: "most of its periods hold no measurement",
      reason: `${metricText(alarm)} is measured less often than the alarm looks at it.`,
      fix: "take a period of at least that, or turn on detailed monitoring (Monitoring: true), which measures every 60 s and costs a little",
      ...at(alarm, "Period"),
    };
    const unsure = [period, every].find(isUnknown);
    if (unsure !== undefined && !(isKnown(period) && period >= 300))
      yield notKnown({ ...said, title: "its periods may hold no measurement" }, unsure);
    if (isUnknown(period) || isUnknown(every) || period >= every) return;
    const wanted = known(alarm.datapointsToAlarm) ?? known(alarm.evaluationPeriods);
    yield {
      ...said,
      reason: `${metricText(alarm)} comes every ${String(every)} s${every === 300 ? " (basic monitoring)" : ""}, and the periods are of ${String(period)} s: one in ${String(Math.round(every / period))} holds a measurement${wanted === undefined ? "" : `, and the alarm wants ${String(wanted)}`}. It stays in INSUFFICIENT_DATA, or comes and goes.`,
    };
  },
);

const known = <T>(value: Maybe<T> | undefined): T | undefined => (value === undefined || isUnknown(value) ? undefined : value);

export const metricElsewhere: Rule = ruleOn(
  "alarms",
  {
    id: "alarm-on-a-metric-that-does-not-exist",
    subject: "alarms",
    severity: "high",
    summary: "An alarm on a metric that its namespace does not have",
    sources: [
      "Elastic Load Balancing User Guide: CloudWatch metrics for your Network Load Balancer",
      "Amazon EC2 User Guide: CloudWatch metrics that are available for your instances",
    ],
  },
  function* (alarm) {
    const { namespace, metric } = alarm;
    if (namespace === undefined || metric === undefined || alarm.isComputed) return;
    const unsure = [namespace, metric].find(isUnknown);
    if (unsure !== undefined)
      yield notKnown(
        {
          title: "its metric may not exist",
          reason: "Namespace and metric must belong together.",
          fix: "name a metric that the namespace has",
        },
        unsure,
      );
    if (isUnknown(namespace) || isUnknown(metric)) return;
    const own = namespaces[namespace];
    if (own === undefined || own.metrics.has(metric) || needsAgent(namespace, metric)) return;
    const owners = Object.keys(namespaces).filter((name) => name !== namespace && namespaces[name]?.metrics.has(metric) === true);
    if (!own.isWhole && owners.length === 0) return;
    const isHttp = namespace === "AWS/NetworkELB" && owners.includes("AWS/ApplicationELB");
    yield {
      title: `${namespace} has no metric ${metric}`,
      reason: `${owners.length === 0 ? "It is in none of AWS's lists for it" : `It is one of ${listed(owners)}`}${isHttp ? "; a Network Load Balancer passes connections on and does not read HTTP" : ""}. The alarm stays in INSUFFICIENT_DATA.`,
      fix: isHttp
        ? "count errors in the application, or use an Application Load Balancer"
        : "name a metric that the namespace has",
      ...at(alarm, "MetricName"),
    };
  },
);

export const agentMissing: Rule = ruleOn(
  "alarms",
  {
    id: "alarm-needs-an-agent",
    subject: "alarms",
    severity: "high",
    summary: "An alarm on what only an agent on the host can measure, and none is installed",
    sources: ["Amazon CloudWatch User Guide: Collect metrics, logs, and traces using the CloudWatch agent"],
  },
  function* (alarm, environment) {
    const { namespace, metric } = alarm;
    if (namespace === undefined || metric === undefined || isUnknown(namespace) || isUnknown(metric)) return;
    if (!needsAgent(namespace, metric)) return;
    const watched = watchedHosts(alarm, environment);
    const hosts = watched.length > 0 ? watched : hostsOf(environment);
    const unread = hosts.map(({ settings }) => settings.userData).find((text) => text !== undefined && isUnknown(text));
    const bare = hosts.filter((host) => {
      const { userData } = host.settings;
      return (
        userData === undefined ||
        (isKnown(userData) &&
          scriptOf(host) !== undefined &&
          !/amazon-cloudwatch-agent|\bcollectd\b|\btelegraf\b/i.test(userData))
      );
    });
    const said = {
      title: `${metric} is measured by nobody`,
      reason: `EC2 sees a host from outside. Memory and file systems are known inside, and ${bare.length === 0 ? "whether its hosts have an agent" : `${listed(bare.map(({ name }) => name))} installs no agent`}${bare.length === 0 ? " is not said" : ""}. The alarm stays in INSUFFICIENT_DATA.`,
      fix: "install and start amazon-cloudwatch-agent, give the role CloudWatchAgentServerPolicy, and watch the namespace CWAgent",
      ...at(alarm, "MetricName"),
    };
    if (bare.length > 0) yield said;
    else if (unread !== undefined && isUnknown(unread)) yield notKnown(said, unread);
  },
);

/** What a node may be called as the value of a dimension. */
function namesOf(environment: Environment, node: Node): readonly Maybe<string>[] {
  const database = environment.databases.get(node.id) ?? environment.databaseClusters.get(node.id);
  return [
    node.id,
    node.name,
    ...(node.physicalId === undefined ? [] : [node.physicalId]),
    ...(database === undefined ? [] : [database.identifier]),
  ];
}

/** Does a dimension name a node of that kind? */
function namesOne(environment: Environment, kind: Kind, { value, node }: Dimension): Maybe<boolean> {
  const kinds: Nodes = environment;
  const nodes: readonly Node[] = [...kinds[kind].values()];
  if (node !== undefined) return nodes.some(({ id }) => id === node);
  if (isUnknown(value)) return value;
  // `app/name/50dc6c495c0c9188`: a load balancer's and a target group's are ARNs' ends.
  const isNamed = (name: Maybe<string>) =>
    isKnown(name) && (name.toLowerCase() === value.toLowerCase() || value.split("/").includes(name));
  const names = nodes.flatMap((each) => namesOf(environment, each));
  if (names.some(isNamed)) return true;
  // Only a name that AWS makes up, or one that is not known, could still be it.
  return names.find(isUnknown) ?? false;
}

export const dimensionNamesNothing: Rule = ruleOn(
  "alarms",
  {
    id: "alarm-dimension-names-no-resource",
    subject: "alarms",
    severity: "high",
    summary: "An alarm whose dimension is a class, or names nothing of this environment",
    sources: [
      "Amazon RDS User Guide: Amazon CloudWatch dimensions for Amazon RDS",
      "Amazon EC2 User Guide: CloudWatch metrics that are available for your instances (dimensions)",
    ],
  },
  function* (alarm, environment) {
    if (alarm.namespace === undefined || isUnknown(alarm.namespace) || alarm.isComputed) return;
    const meanings = namespaces[alarm.namespace]?.dimensions ?? {};
    const isNarrowed = alarm.dimensions.some(({ name }) => meanings[name] !== undefined && meanings[name] !== "class");
    for (const dimension of alarm.dimensions) {
      const meaning = meanings[dimension.name];
      const value = isKnown(dimension.value) ? dimension.value : `(${dimension.value.why})`;
      const said = {
        title: `watches ${dimension.name} ${value}, which is no resource of this environment`,
        reason: "",
        fix: "name the resource by a reference to it",
        ...at(alarm, "Dimensions"),
      };
      if (meaning === "class" && !isNarrowed)
        yield {
          ...said,
          title: `watches ${dimension.name} ${value}: a class, not a resource`,
          reason: `Its metric is put together from everything in the account and region with that ${dimension.name}: others' load raises it, and an average over many hides the one that is ill.`,
        };
      if (meaning === undefined || meaning === "class") continue;
      const isOne = namesOne(environment, meaning, dimension);
      if (isUnknown(isOne))
        yield notKnown(
          {
            ...said,
            title: `watches a ${dimension.name} that may not be of this environment`,
            reason: "A dimension must have the resource's own id.",
          },
          isOne,
        );
      else if (!isOne)
        yield {
          ...said,
          reason: `No ${meaning} of what was read ${dimension.node === undefined ? "is called so" : "is what it refers to"}: the alarm watches something else, or nothing.`,
          ...(environment.from === "template" ? {} : { verdict: "unknown" as const }),
        };
    }
  },
);
