import { expect } from "vitest";

/** What a refused request rejects with. */
export const fault = (code: string, message?: RegExp): unknown =>
  expect.objectContaining({ code, ...(message === undefined ? {} : { message: expect.stringMatching(message) as unknown }) });
