import { describe, expect, test, vi } from "vitest";
import { OwnerQueue } from "../../../src/region/upkeep/queue.js";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the queue of an owner", () => {
  test("asking while it works means that it works once more, however often it was asked", async () => {
    let runs = 0;
    let release: () => void = () => undefined;
    const queue = new OwnerQueue(
      () => {
        runs++;
        return new Promise<void>((resolve) => (release = resolve));
      },
      () => undefined,
    );
    queue.ask();
    queue.ask();
    queue.ask();
    expect(runs).toBe(1);
    release();
    await settle();
    expect(runs).toBe(2);
    release();
    await settle();
    expect(runs).toBe(2);
  });

  test("a failure is reported and tried again after a pause that grows", async () => {
    vi.useFakeTimers();
    try {
      const failures: number[] = [];
      let runs = 0;
      const queue = new OwnerQueue(
        () => {
          runs++;
          return runs < 4 ? Promise.reject(new Error("not yet")) : Promise.resolve();
        },
        (_error, count) => failures.push(count),
      );
      queue.ask();
      await vi.advanceTimersByTimeAsync(0);
      expect(runs).toBe(1);
      await vi.advanceTimersByTimeAsync(200);
      expect(runs).toBe(2);
      await vi.advanceTimersByTimeAsync(399);
      expect(runs).toBe(2);
      await vi.advanceTimersByTimeAsync(1 + 800);
      expect(runs).toBe(4);
      expect(failures).toEqual([1, 2, 3]);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(runs).toBe(4);
    } finally {
      vi.useRealTimers();
    }
  });

  test("who waits for a turn waits for one that began since, whether it goes well or not", async () => {
    const ends: ((how: Promise<void>) => void)[] = [];
    const queue = new OwnerQueue(
      () => new Promise<void>((resolve) => ends.push(resolve)),
      () => undefined,
    );
    const seen: string[] = [];
    queue.ask();
    void queue.turn().then(() => seen.push("turn"));
    ends[0]?.(Promise.resolve());
    await settle();
    expect(seen).toEqual([]);
    ends[1]?.(Promise.reject(new Error("not yet")));
    await settle();
    expect(seen).toEqual(["turn"]);
    await queue.close();
  });

  test("who waits for a turn that does not come any more goes on", async () => {
    let release: () => void = () => undefined;
    const queue = new OwnerQueue(
      () => new Promise<void>((resolve) => (release = resolve)),
      () => undefined,
    );
    queue.ask();
    const turns = [queue.turn()];
    const closed = queue.close();
    release();
    await Promise.all([closed, ...turns, queue.turn()]);
  });

  test("closing waits for the work under way and starts none", async () => {
    let release: () => void = () => undefined;
    let runs = 0;
    const queue = new OwnerQueue(
      () => {
        runs++;
        return new Promise<number>((resolve) => (release = () => resolve(0)));
      },
      () => undefined,
    );
    queue.ask();
    queue.ask();
    let closed = false;
    const closing = queue.close().then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    release();
    await closing;
    queue.ask();
    await settle();
    expect(runs).toBe(1);
  });
});
