/**
 * One worker per owner: asking while it works means that it works once more afterwards, however often it was asked.
 * `work` gives the milliseconds after which it wants to run again, or nothing; a rejection is reported and tried again
 * after a pause that grows from 200 ms to 10 s.
 */
export class OwnerQueue {
  private running = false;
  private again = false;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private idle: (() => void)[] = [];
  private asked: (() => void)[] = [];

  constructor(
    private readonly work: () => Promise<number | void>,
    private readonly onFailure: (error: unknown, failures: number) => void,
  ) {}

  ask(): void {
    if (this.closed) return;
    clearTimeout(this.timer);
    if (this.running) this.again = true;
    else void this.run();
  }

  /** Ask, and wait for the end of a turn that began since, well or badly; or for the end of all. */
  turn(): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.asked.push(resolve);
      this.ask();
    });
  }

  /** No further work; resolves when what is under way has ended. */
  close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    return this.running ? new Promise((resolve) => this.idle.push(resolve)) : Promise.resolve();
  }

  private async run(): Promise<void> {
    this.running = true;
    let next: number | void;
    do {
      this.again = false;
      const asked = this.asked.splice(0);
      try {
        next = await this.work();
        this.failures = 0;
      } catch (error) {
        this.failures++;
        this.onFailure(error, this.failures);
        next = Math.min(10_000, 200 * 2 ** (this.failures - 1));
      }
      asked.forEach((resolve) => resolve());
      // The loop reads what was set while it waited.
    } while ((this.again as boolean) && !this.closed);
    this.running = false;
    [...this.idle.splice(0), ...(this.closed ? this.asked.splice(0) : [])].forEach((resolve) => resolve());
    if (next !== undefined && !this.closed) this.timer = setTimeout(() => this.ask(), next);
  }
}
