import type { EngineOptions, ServerPlace } from "../place.js";
import type { Origin, ServerSpec } from "../spec.js";

export function restoreInto(
  _options: EngineOptions,
  _spec: ServerSpec,
  _place: ServerPlace,
  _origin: Origin,
  _making: string,
): Promise<void> {
  return Promise.reject(new Error("not yet"));
}
