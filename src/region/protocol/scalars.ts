import type { NormalizedSchema } from "@smithy/core/schema";
import { FromStringShapeDeserializer } from "@smithy/core/protocols";

/** A value that does not fit its schema; each protocol gives it its own code. */
export class Misfit extends Error {
  constructor(
    /** Where, as the client wrote it, e.g. `Filter.1.Value`. */
    readonly at: string,
    /** What it should have been, e.g. `a number`. */
    readonly expected: string,
  ) {
    super(`The value of ${at} is not valid: it must be ${expected}.`);
    this.name = "Misfit";
  }
}

type Settings = ConstructorParameters<typeof FromStringShapeDeserializer>[0];

/**
 * Text on the wire -> value of a simple schema. The SDK's reader trusts its server, so what clients may get wrong (`NaN`
 * for a number, `false` for any other word) is checked first.
 */
export function readScalar(schema: NormalizedSchema, text: string, at: string, settings: Settings): unknown {
  if (schema.isNumericSchema() && !/^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new Misfit(at, "a number");
  if (schema.isBooleanSchema() && !/^(true|false)$/i.test(text)) throw new Misfit(at, "true or false");
  if (schema.isBlobSchema() && !isBase64(text)) throw new Misfit(at, "base64");
  try {
    return new FromStringShapeDeserializer(settings).read(schema, text);
  } catch (error) {
    if (schema.isTimestampSchema()) throw new Misfit(at, "a timestamp such as 2026-11-21T10:00:00Z");
    throw error;
  }
}

export const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
