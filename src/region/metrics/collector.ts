import type { Sample } from "./metric.js";
import type { MetricStore } from "./store.js";

/** Where samples come from. It leaves out what does not answer, and is asked again when it has answered. */
export type MetricSource = () => Promise<readonly Sample[]>;

export interface CollectorOptions {
  readonly store: MetricStore;
  readonly sources: readonly MetricSource[];
  /** Milliseconds between two looks. */
  readonly every: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (entry: object) => void;
}

/** Takes samples from every source, one look after the other. What fails is logged when it begins, and disturbs nothing else. */
export class Collector {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private closed = false;
  private lastFailure: string | undefined;

  constructor(private readonly options: CollectorOptions) {}

  begin(): void {
    if (this.closed) return;
    const { every, now } = this.options;
    // At multiples of it, so that every period has as many samples.
    this.timer = setTimeout(
      () => {
        this.looking = this.look().finally(() => this.begin());
      },
      every - (now() % every),
    );
  }

  /** Resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  /** Never rejects. */
  private async look(): Promise<void> {
    const taken = await Promise.allSettled(this.options.sources.map((source) => source()));
    const failures = taken.flatMap((each) => (each.status === "rejected" ? [String(each.reason)] : []));
    try {
      this.options.store.add(
        taken.flatMap((each) => (each.status === "fulfilled" ? each.value : [])),
        this.options.now(),
      );
    } catch (error) {
      failures.push(String(error));
    }
    const failure = failures.length === 0 ? undefined : failures.join("; ");
    // A disk stays full for long: it is said once.
    if (failure !== undefined && failure !== this.lastFailure) this.options.log({ metrics: "collect", message: failure });
    this.lastFailure = failure;
  }
}
