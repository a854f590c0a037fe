import { randomUUID } from "node:crypto";
import { recorded } from "../../operations/members.js";
import { put, recordType, remove } from "../../records/records.js";
import type { ResourceProvider } from "../provider.js";

const CdkMetadata = recordType<{ readonly analytics: unknown }>("cloudformation:CdkMetadata");

/** What the CDK adds to every template for its statistics. It has no effect on AWS either. The smallest complete provider. */
export const metadata: ResourceProvider = {
  type: "AWS::CDK::Metadata",
  properties: { Analytics: recorded("it tells the CDK's authors which constructs are used; nothing is sent from here") },
  record: CdkMetadata,
  attributes: {},
  async create(call, properties) {
    const id = randomUUID();
    call.commit(put(CdkMetadata, id, { analytics: properties["Analytics"] }));
    return id;
  },
  async update(call, physicalId, { to }) {
    call.commit(put(CdkMetadata, physicalId, { analytics: to["Analytics"] }));
  },
  async delete(call, physicalId) {
    call.commit(remove(CdkMetadata, physicalId));
  },
};
