import { ServiceFault } from "../../operations/fault.js";
import { paginate } from "../../protocol/paginate.js";

/** One page of a list in KMS's words. @throws ServiceFault InvalidMarkerException, ValidationException */
export function limited<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  asked: { readonly Limit?: number | undefined; readonly Marker?: string | undefined },
  size: { readonly usual: number; readonly most: number },
): { readonly items: T[]; readonly more: { readonly NextMarker?: string; readonly Truncated: boolean } } {
  const { Limit = size.usual, Marker } = asked;
  if (Limit < 1 || Limit > size.most)
    throw new ServiceFault("ValidationException", `Limit is ${Limit}; it must be between 1 and ${size.most}.`);
  const page = paginate(items, keyOf, { MaxResults: Limit, NextToken: Marker }, { invalid: "InvalidMarkerException" });
  return {
    items: [...page.items],
    more: page.NextToken === undefined ? { Truncated: false } : { NextMarker: page.NextToken, Truncated: true },
  };
}
