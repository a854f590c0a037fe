/** The kernel would not have a step of the network. Trying again is safe: every step may be repeated. */
export class FabricFailed extends Error {
  /** `vpc-…` or `internet`. */
  readonly owner: string;
  /** What it happened to, e.g. `the router of vpc-0abc in eu-west-3a`, `eni-0abc`. */
  readonly at: string;

  constructor(detail: { owner: string; is: string; doing: string; said: string; cause?: unknown }) {
    super(`Network of ${detail.owner}, ${detail.is}: "${detail.doing}" failed: ${detail.said || "no reason given"}`, {
      cause: detail.cause,
    });
    this.name = "FabricFailed";
    this.owner = detail.owner;
    this.at = detail.is;
  }
}

/** A wished fault that this machine's kernel cannot make. */
export class LatencyNotPossible extends Error {
  constructor(
    readonly owner: string,
    readonly reason: string,
  ) {
    super(
      `Network of ${owner}: latency is asked for, but this kernel cannot delay packets (${reason}): it lacks netem, sch_netem. ` +
        `Use a kernel that has it, or drill with loss or a cut, which work here.`,
    );
    this.name = "LatencyNotPossible";
  }
}
