/** What is up or down, and how it hangs together. */
export type System =
  /** Fails and is repaired: `availability` is the share of time that it is up, `repair` its mean time down in seconds. */
  | { readonly kind: "part"; readonly name: string; readonly availability: number; readonly repair: number }
  /** Up while all of them are. */
  | { readonly kind: "series"; readonly parts: readonly System[] }
  /**
   * Up while one of them is. Until the failure of one is noticed (`unnoticed`, seconds), its share of the requests fails.
   */
  | { readonly kind: "parallel"; readonly parts: readonly System[]; readonly unnoticed: number };

export type Part = Extract<System, { kind: "part" }>;

export const partsOf = (system: System): readonly Part[] => (system.kind === "part" ? [system] : system.parts.flatMap(partsOf));

/** The mean availability in closed form, without what goes unnoticed. */
export function closedForm(system: System): number {
  switch (system.kind) {
    case "part":
      return system.availability;
    case "series":
      return system.parts.reduce((product, part) => product * closedForm(part), 1);
    case "parallel":
      return 1 - system.parts.reduce((product, part) => product * (1 - closedForm(part)), 1);
  }
}

/** Mean seconds between repair and the next failure: availability = MTBF / (MTBF + MTTR). Infinite for a part that never fails. */
export const betweenFailures = ({ availability, repair }: Part): number =>
  availability >= 1 ? Number.POSITIVE_INFINITY : (repair * availability) / (1 - availability);
