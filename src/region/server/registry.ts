import { ServiceFault } from "../operations/fault.js";
import { services, type Operation, type ServiceName } from "../operations/operation.js";
import { loadWire, type Wire } from "../protocol/wire.js";

/** The operations that the region answers, by service and name. */
export class Registry {
  private readonly operations = new Map<string, Operation>();

  constructor(operations: Iterable<Operation>) {
    for (const operation of operations) {
      const key = `${operation.service}:${operation.name}`;
      if (this.operations.has(key)) throw new Error(`the operation ${key} is registered twice`);
      this.operations.set(key, operation);
    }
  }

  find(service: string, name: string): Operation | undefined {
    return this.operations.get(`${service}:${name}`);
  }
}

/** The wire of a service by its signing name; nothing for a service that is not modelled. */
export type FindWire = (service: string) => Wire | undefined;

export const modelledWire: FindWire = (service) =>
  Object.hasOwn(services, service) ? loadWire(service as ServiceName) : undefined;

export const unknownService = (service: string, operation: string | undefined): ServiceFault => {
  const named = operation === undefined ? "" : ` (${operation})`;
  const modelled = Object.keys(services).join(", ");
  return new ServiceFault(
    "NotImplemented",
    `Sandtable does not model the AWS service "${service}"${named}. It models ${modelled}. Run it on AWS, or leave it out of the local environment.`,
  );
};
