import { randomUUID } from "node:crypto";
import { put, recordType, remove } from "../../records/records.js";
import type { ResourceProvider } from "../provider.js";

const WaitConditions = recordType<object>("cloudformation:WaitCondition");

/**
 * Waits for the signals of its CreationPolicy. The older form, with a handle whose URL takes the signals, is refused by name: nothing
 * would answer under that URL.
 */
export const waitCondition: ResourceProvider = {
  type: "AWS::CloudFormation::WaitCondition",
  properties: {},
  record: WaitConditions,
  attributes: { Id: (_call, id) => id },
  async create(call) {
    const id = randomUUID();
    call.commit(put(WaitConditions, id, {}));
    return id;
  },
  async delete(call, physicalId) {
    call.commit(remove(WaitConditions, physicalId));
  },
};
