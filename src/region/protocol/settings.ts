/** The SDK's numbers for the forms of a timestamp (`SCHEMA.TIMESTAMP_*` of @smithy/core/schema). */
const iso8601 = 5;
const epochSeconds = 7;

/** Which form a timestamp has where its own schema does not say: XML and queries use ISO 8601, JSON seconds. */
export const timestampFormat = {
  iso: { useTrait: true, default: iso8601 },
  epoch: { useTrait: true, default: epochSeconds },
} as const;
