import { randomUUID } from "node:crypto";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced } from "../../operations/members.js";
import { put, recordType, remove } from "../../records/records.js";
import { internetOwner } from "../../upkeep/upkeep.js";
import { deadlineAt } from "../engine/deadline.js";
import type { Naming, Properties, ResourceProvider } from "../provider.js";
import { dataOf, newHandle, verdictOf, WaitConditionHandles, type Signal } from "../waiting/handles.js";
import { optionalNumber, optionalText } from "./properties.js";

/** Kept under its physical id. Times are milliseconds since the epoch. */
interface WaitCondition {
  /** What it waits for; absent: for the signals of its CreationPolicy, which the engine counts. */
  readonly awaits?: { readonly handle: string; readonly count: number; readonly until: number };
  /** What had come when it was complete: later signals are not its. */
  readonly data?: string;
}
const WaitConditions = recordType<WaitCondition>("cloudformation:WaitCondition", { sealed: ["data"] });

/** Its `Ref` is a URL that takes the signals. An update changes nothing: it has no properties. */
export const waitConditionHandle: ResourceProvider = {
  type: "AWS::CloudFormation::WaitConditionHandle",
  properties: {},
  record: WaitConditionHandles,
  attributes: { Id: (_call, url) => url },
  async create(call, _properties, naming) {
    const handle = newHandle(call, naming.stackId, naming.logicalId);
    call.commit(put(WaitConditionHandles, handle.url, handle));
    // Where nothing uses the internet yet, its names are not served.
    call.upkeep.nudge("names", internetOwner);
    return handle.url;
  },
  async delete(call, url) {
    call.commit(remove(WaitConditionHandles, url));
  },
};

/**
 * Waits for signals sent to its handle, or for those of its CreationPolicy.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitcondition.html
 */
export const waitCondition: ResourceProvider = {
  type: "AWS::CloudFormation::WaitCondition",
  properties: { Handle: enforced, Count: enforced, Timeout: enforced },
  record: WaitConditions,
  attributes: {
    Id: (_call, id) => id,
    Data: (call, id) => call.records.get(WaitConditions, id)?.data ?? "{}",
  },
  async create(call, properties, naming) {
    const id = `${naming.stackId}/${randomUUID()}/${naming.logicalId}`;
    call.commit(put(WaitConditions, id, conditionOf(call, properties, naming)));
    return id;
  },
  async settled(call, id, signal) {
    const condition = call.records.get(WaitConditions, id);
    if (condition?.awaits === undefined) return;
    const { handle, count, until } = condition.awaits;
    const signals = (): readonly Signal[] => call.records.get(WaitConditionHandles, handle)?.signals ?? [];
    const deadline = deadlineAt(call, until);
    try {
      await call.until(() => verdictOf(signals(), count) !== "waiting", AbortSignal.any([signal, deadline.signal]));
    } catch (error) {
      if (signal.aborted || !deadline.signal.aborted) throw error;
      throw new Error(`WaitCondition timed out. Received ${signals().length} conditions when expecting ${count}`, {
        cause: error,
      });
    } finally {
      deadline.clear();
    }
    const verdict = verdictOf(signals(), count);
    if (typeof verdict === "object") throw new Error(verdict.fault);
    call.commit(put(WaitConditions, id, { ...condition, data: dataOf(signals().slice(0, count)) }));
  },
  async delete(call, physicalId) {
    call.commit(remove(WaitConditions, physicalId));
  },
};

function conditionOf(call: Call, properties: Properties, { logicalId }: Naming): WaitCondition {
  const handle = optionalText(properties, "Handle");
  if (handle === undefined) return {};
  if (call.records.get(WaitConditionHandles, handle) === undefined)
    throw new ServiceFault(
      "ValidationError",
      `WaitConditionHandle of ${logicalId} is not one of this account and region: ${handle}`,
    );
  const count = optionalNumber(properties, "Count") ?? 1;
  const timeout = optionalNumber(properties, "Timeout");
  if (!Number.isInteger(count) || count < 1)
    throw new ServiceFault("ValidationError", `Count of ${logicalId} must be at least 1`);
  if (timeout === undefined || timeout < 0 || timeout > longestTimeout)
    throw new ServiceFault("ValidationError", `Timeout of ${logicalId} must be a number of seconds, ${longestTimeout} at most`);
  return { awaits: { handle, count, until: call.now() + timeout * 1000 } };
}

/** Twelve hours, in seconds. */
const longestTimeout = 43_200;
