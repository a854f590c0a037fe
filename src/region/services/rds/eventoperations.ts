import type {
  DescribeEventCategoriesCommandInput,
  DescribeEventCategoriesCommandOutput,
  DescribeEventsCommandInput,
  DescribeEventsCommandOutput,
  SourceType,
} from "@aws-sdk/client-rds";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation, type Output } from "../../operations/operation.js";
import { eventCategories } from "./eventmessages.js";
import { oldestEvent, RdsEvents } from "./events.js";
import { pageOf } from "./pages.js";

const minute = 60_000;

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeEvents.html */
function describe(call: Call, input: DescribeEventsCommandInput): Output<DescribeEventsCommandOutput> {
  const { SourceIdentifier, SourceType: type, EventCategories } = input;
  if (SourceIdentifier !== undefined && type === undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "SourceType must be provided when SourceIdentifier is: say of what type the source is.",
    );
  if (type !== undefined) checkType(type);
  const { from, to } = interval(call, input);
  const categories = EventCategories ?? [];
  const found = call.records
    .list(RdsEvents)
    .filter(
      ({ source, category, at }) =>
        at >= from &&
        at <= to &&
        (type === undefined || source.type === type) &&
        (SourceIdentifier === undefined || source.identifier === SourceIdentifier.toLowerCase()) &&
        (categories.length === 0 || categories.includes(category)),
    );
  const page = pageOf(found, ({ key }) => key, input);
  return {
    Marker: page.NextToken,
    Events: page.items.map(({ source, message, category, at }) => ({
      SourceIdentifier: source.identifier,
      SourceType: source.type,
      SourceArn: source.arn,
      Message: message,
      EventCategories: [category],
      Date: new Date(at),
    })),
  };
}

/** The hour up to now; with a duration, so many minutes from the start, or up to the end. */
function interval(
  call: Call,
  { StartTime, EndTime, Duration }: DescribeEventsCommandInput,
): { readonly from: number; readonly to: number } {
  if (Duration !== undefined && !(Number.isInteger(Duration) && Duration > 0))
    throw new ServiceFault("InvalidParameterValue", `Invalid Duration: ${Duration}. It is a number of minutes, 1 or more.`);
  const start = StartTime?.getTime();
  const end = EndTime?.getTime();
  const to = end ?? (start === undefined || Duration === undefined ? call.now() : start + Duration * minute);
  const from = start ?? to - (Duration ?? 60) * minute;
  if (from > to) throw new ServiceFault("InvalidParameterCombination", "StartTime must not be after EndTime.");
  return { from: Math.max(from, oldestEvent(call)), to };
}

function checkType(type: SourceType): void {
  if (!Object.hasOwn(eventCategories, type))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Invalid SourceType: ${type}. Here are ${Object.keys(eventCategories).join(", ")}.`,
    );
}

function categories({ SourceType: type }: DescribeEventCategoriesCommandInput): Output<DescribeEventCategoriesCommandOutput> {
  if (type !== undefined) checkType(type as SourceType);
  return {
    EventCategoriesMapList: Object.entries(eventCategories)
      .filter(([each]) => type === undefined || each === type)
      .map(([each, names]) => ({ SourceType: each, EventCategories: [...names] })),
  };
}

export const eventOperations: readonly Operation[] = [
  operation<DescribeEventsCommandInput, DescribeEventsCommandOutput>(
    "rds",
    "DescribeEvents",
    {
      SourceIdentifier: enforced,
      SourceType: enforced,
      StartTime: enforced,
      EndTime: enforced,
      Duration: enforced,
      EventCategories: enforced,
      MaxRecords: enforced,
      Marker: enforced,
    },
    describe,
  ),
  operation<DescribeEventCategoriesCommandInput, DescribeEventCategoriesCommandOutput>(
    "rds",
    "DescribeEventCategories",
    { SourceType: enforced },
    (_call, input) => categories(input),
  ),
];
