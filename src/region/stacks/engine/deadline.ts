import type { Scope } from "../../operations/call.js";

export interface Deadline {
  readonly signal: AbortSignal;
  readonly clear: () => void;
}

/** A signal that aborts at a time in milliseconds since the epoch; without one, never. */
export function deadlineAt(scope: Scope, at: number | undefined): Deadline {
  const controller = new AbortController();
  if (at === undefined) return { signal: controller.signal, clear: () => undefined };
  // Node's timers hold 31 bits.
  const timer = setTimeout(() => controller.abort(), Math.min(Math.max(at - scope.now(), 0), 2 ** 31 - 1));
  timer.unref();
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}
