import type { Scope } from "../../operations/call.js";
import type { Change } from "../../records/records.js";
import type { EventId } from "./eventmessages.js";
import { eventOf, ofInstance } from "./events.js";
import type { DBInstance, FailoverReason, Modification } from "./records.js";

/** An event and the words of its message. */
export type Told = readonly [id: EventId, words?: Readonly<Record<string, string>>];

/** AWS's words for why a standby took over (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html). */
const failoverReasons: Readonly<Record<FailoverReason, string>> = {
  requested: "The user requested a failover of the DB instance.",
  modified: "The RDS Multi-AZ instance was modified by the customer.",
  // That the engine alone ended and that its host did look the same: its processes are gone.
  unhealthy: "The primary host of the RDS Multi-AZ instance is unhealthy.",
  unresponsive: "The RDS Multi-AZ primary instance is busy and unresponsive.",
  unreachable: "The primary host of the RDS Multi-AZ instance is unreachable due to loss of network connectivity.",
};

const started: Readonly<Record<Modification, EventId>> = {
  class: "RDS-EVENT-0012",
  storage: "RDS-EVENT-0018",
  multiAz: "RDS-EVENT-0024",
  singleAz: "RDS-EVENT-0030",
};
const finished: Readonly<Record<Modification, EventId>> = {
  class: "RDS-EVENT-0014",
  storage: "RDS-EVENT-0017",
  multiAz: "RDS-EVENT-0025",
  singleAz: "RDS-EVENT-0029",
};

/**
 * What is to be told when a DB instance's record becomes another, in the order in which it happened. All that a record shows is told
 * this way, so that whoever changes it need not think of events. Pure.
 */
export function eventsBetween(before: DBInstance, after: DBInstance): readonly Told[] {
  return [...modifications(before, after), ...availability(before, after), ...multiAz(before, after)];
}

/** The same, for the commit of the change. */
export const instanceEvents = (scope: Scope, before: DBInstance, after: DBInstance): readonly Change[] =>
  eventsBetween(before, after).map(([id, words]) => eventOf(scope, ofInstance(scope, after), id, words));

function availability(before: DBInstance, after: DBInstance): readonly Told[] {
  const events: Told[] = [];
  if (!before.born && after.born) events.push(["RDS-EVENT-0005"]);
  if (!before.born && after.born && after.origin.kind === "replica") events.push(["RDS-EVENT-0046"]);
  // One that was never available never copied.
  if (before.born && before.origin.kind === "replica" && after.origin.kind !== "replica") events.push(["RDS-EVENT-0057"]);
  if (isRestarted(before, after)) events.push(["RDS-EVENT-0004"], ["RDS-EVENT-0006"]);
  if (before.born && before.masterPassword !== undefined && after.masterPassword === undefined) events.push(["RDS-EVENT-0016"]);
  if (before.status === after.status) return events;
  if (after.status === "stopped") events.push(["RDS-EVENT-0004"], ["RDS-EVENT-0087"]);
  if (before.status === "starting" && after.status === "available") events.push(["RDS-EVENT-0088"]);
  if (after.status === "storage-full") events.push(["RDS-EVENT-0007"]);
  if (after.status === "failed") events.push(["RDS-EVENT-0031", { state: "failed" }]);
  return events;
}

/** Of a reboot, with failover too where no standby could take over. */
const isRestarted = (before: DBInstance, after: DBInstance): boolean =>
  before.rebootWished !== undefined &&
  after.rebootWished === undefined &&
  after.wish === "running" &&
  before.server.id === after.server.id;

function modifications(before: DBInstance, after: DBInstance): readonly Told[] {
  const were = before.applying ?? [];
  const are = after.applying ?? [];
  const had = before.settings.backupRetentionPeriod > 0;
  const has = after.settings.backupRetentionPeriod > 0;
  return [
    ...are.filter((each) => !were.includes(each)).map((each): Told => [started[each]]),
    ...were.filter((each) => !are.includes(each)).map((each): Told => [finished[each]]),
    ...(had === has ? [] : [[has ? "RDS-EVENT-0032" : "RDS-EVENT-0028"] satisfies Told]),
  ];
}

function multiAz(before: DBInstance, after: DBInstance): readonly Told[] {
  const events: Told[] = [];
  const [was, is] = [before.standby, after.standby];
  if (before.server.id !== after.server.id && after.failover !== undefined) events.push(["RDS-EVENT-0013"]);
  if (before.failover !== undefined && after.failover === undefined)
    events.push(
      ["RDS-EVENT-0006"],
      ["RDS-EVENT-0049"],
      ["RDS-EVENT-0044", { message: failoverReasons[before.failover] }],
      // The one that took over is to be replaced.
      ["RDS-EVENT-0052"],
    );
  if (was?.state === "synchronous" && is?.id === was.id && is.state !== "synchronous") events.push(["RDS-EVENT-0052"]);
  const joined = is?.state === "synchronous" && (was?.id !== is.id || was.state !== "synchronous");
  // The first one belongs to the creation or to the conversion, which have events of their own.
  if (joined && before.born && !(before.applying ?? []).includes("multiAz")) events.push(["RDS-EVENT-0053"]);
  return events;
}
