import type { Described, Said } from "../described.js";
import type { AccountClients } from "./clients.js";
import type { Names } from "./names.js";
import type { Reading } from "./reading.js";

/** What one service told. All are named first, so that each can refer to the others. */
export interface Room {
  register(names: Names): void;
  describe(names: Names): readonly Described[];
}

export type ReadRoom = (clients: AccountClients, reading: Reading) => Promise<Room>;

interface AwsTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Without AWS's own, which say what made a resource rather than what it is. */
export const tagsOf = (tags: readonly AwsTag[] | undefined): Said | undefined => {
  const own = (tags ?? []).filter(({ Key = "" }) => !Key.startsWith("aws:"));
  return own.length === 0 ? undefined : own.map(({ Key = "", Value = "" }) => ({ Key, Value }));
};

/** A document that AWS answers as text: URL-encoded by IAM, plain elsewhere. */
export function documentOf(text: string | undefined): Said | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text.startsWith("%7B") ? decodeURIComponent(text) : text) as Said;
  } catch {
    return text;
  }
}
