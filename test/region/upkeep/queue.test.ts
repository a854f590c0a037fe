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
