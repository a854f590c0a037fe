import { ServiceFault } from "../../operations/fault.js";
import { paginate, type Page } from "../../protocol/paginate.js";

/**
 * A page of a list of RDS: 100 records unless told otherwise, 20 at least.
 * @throws InvalidParameterValue for a number or a marker that is none
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  asked: { readonly MaxRecords?: number | undefined; readonly Marker?: string | undefined },
): Page<T> {
  const { MaxRecords = 100, Marker } = asked;
  if (!Number.isInteger(MaxRecords) || MaxRecords < 20 || MaxRecords > 100)
    throw new ServiceFault("InvalidParameterValue", `Invalid value ${MaxRecords} for MaxRecords. Must be between 20 and 100`);
  return paginate(
    items,
    keyOf,
    { MaxResults: MaxRecords, NextToken: Marker === "" ? undefined : Marker },
    { invalid: "InvalidParameterValue" },
  );
}
