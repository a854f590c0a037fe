/** Programs the fabric runs at once: more only queue for the kernel's network lock. */
const limit = 3;
let running = 0;
const waiting: (() => void)[] = [];

export async function atMostThree<T>(work: () => Promise<T>): Promise<T> {
  if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    // The place is handed on, so `running` stays as it is when somebody waits.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
