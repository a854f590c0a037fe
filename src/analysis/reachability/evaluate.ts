import type { Filters, Passing } from "./filters.js";
import type { HeaderSet, HeaderSpace } from "./headers.js";
import type { Leg, Step } from "./steps.js";

/** Takes the steps of a walk one after the other, and knows which headers are still on their way. */
export class Evaluation {
  sure: HeaderSet;
  may: HeaderSet;
  private readonly space: HeaderSpace;
  /** Answers that pass, of each leg of the way back: all its filters must let the same port through. */
  private readonly answers = new Map<Leg, Passing>();

  constructor(private readonly filters: Filters) {
    this.space = filters.space;
    this.sure = this.space.all;
    this.may = this.space.all;
  }

  /** After this step; true where the walk need not go on. */
  take(step: Step): boolean {
    const { space } = this;
    switch (step.kind) {
      case "passes":
        return false;
      case "ends":
        this.end(step.leg, step.outcome);
        return true;
      case "protocols": {
        const set = space.ofProtocols(...step.allowed);
        this.narrow({ sure: set, may: set });
        break;
      }
      case "group":
        this.filter(step.leg, this.filters.ofInterface(step.nic, step.direction, step.peer, !step.leg.isForwarded));
        break;
      case "acl":
        this.filter(step.leg, this.filters.ofAcl(step.acl, step.direction, step.peer));
        break;
    }
    return this.may === space.none;
  }

  /** What waits for no answer has arrived before the way back begins. */
  private end({ way }: Leg, outcome: "stops" | "unknown"): void {
    const kept = way === "there" ? this.space.none : this.space.unanswered;
    this.sure = this.space.intersection(this.sure, kept);
    if (outcome === "stops") this.may = this.space.intersection(this.may, kept);
  }

  private filter(leg: Leg, passing: Passing): void {
    if (leg.way === "there") {
      this.narrow(passing);
      return;
    }
    const { space } = this;
    const before = this.answers.get(leg) ?? this.filters.all;
    const after = { sure: space.intersection(before.sure, passing.sure), may: space.intersection(before.may, passing.may) };
    this.answers.set(leg, after);
    this.narrow({ sure: space.answeredBy(after.sure, leg.answers), may: space.answeredBy(after.may, leg.answers) });
  }

  /** Answers that pass on this leg so far. */
  answersOf(leg: Leg): Passing {
    return this.answers.get(leg) ?? this.filters.all;
  }

  private narrow({ sure, may }: Passing): void {
    this.sure = this.space.intersection(this.sure, sure);
    this.may = this.space.intersection(this.may, may);
  }
}

export function evaluate(filters: Filters, steps: readonly Step[]): Passing {
  const evaluation = new Evaluation(filters);
  for (const step of steps) if (evaluation.take(step)) break;
  return { sure: evaluation.sure, may: evaluation.may };
}
