import { Unknown } from "../maybe.js";
import type { Unexamined } from "../node.js";

/** A page of a listing: all paginators of the SDK give these. */
type Pages<Page> = AsyncIterable<Page>;

/** Codes that say who asks is unknown, or that too much was asked: asking for the rest has no sense then. */
const fatal =
  /^(ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|IncompleteSignature|AuthFailure|RequestExpired|RequestTimeTooSkewed|Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|SlowDown)$/;

interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** What a service answered instead of what it was asked for; anything else (no connection, wrong credentials) is thrown on. */
function refusal(error: unknown): Refusal {
  if (!(error instanceof Error) || !("$metadata" in error)) throw error;
  if (fatal.test(error.name)) throw error;
  if ("$fault" in error) return { code: error.name, message: error.message };
  // Whoever does not have the service may answer with a page for people.
  const status = statusOf(error.$metadata);
  if (status === undefined) throw error;
  return { code: `HTTP ${status}`, message: "the answer is not in the form of this service" };
}

const statusOf = (metadata: unknown): number | undefined =>
  typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata && typeof metadata.httpStatusCode === "number"
    ? metadata.httpStatusCode
    : undefined;

/** Asks an account, and keeps what it would not tell. */
export class Reading {
  private readonly refused = new Map<string, Unexamined>();

  /** Types whose resources an operation could not list. */
  get unexamined(): readonly Unexamined[] {
    return [...this.refused.values()];
  }

  /** All pages of a listing. Where it is refused: nothing, and the types it tells of are not examined. */
  async all<Page, Item>(
    operation: string,
    types: readonly string[],
    pages: Pages<Page>,
    items: (page: Page) => readonly Item[] | undefined,
  ): Promise<readonly Item[]> {
    const found: Item[] = [];
    const read = async (): Promise<readonly Item[]> => {
      for await (const page of pages) found.push(...(items(page) ?? []));
      return found;
    };
    return (await this.listed(operation, types, read())) ?? [];
  }

  /** A listing without pages; nothing where it is refused. */
  async listed<T>(operation: string, types: readonly string[], ask: Promise<T>): Promise<T | undefined> {
    try {
      return await ask;
    } catch (error) {
      const { code, message } = refusal(error);
      for (const type of types)
        if (!this.refused.has(type))
          this.refused.set(type, { id: type, type, why: `${operation} was refused: ${code}: ${message}` });
      return undefined;
    }
  }

  /** One thing that is known about a resource. `absent`: codes by which the service says that there is none. */
  async one<T>(operation: string, ask: Promise<T>, absent: readonly string[] = []): Promise<T | Unknown | undefined> {
    try {
      return await ask;
    } catch (error) {
      const { code, message } = refusal(error);
      return absent.includes(code) ? undefined : new Unknown(`${operation} was refused: ${code}: ${message}`);
    }
  }
}

/** The pages of a listing for which the SDK has no paginator. */
export async function* pagesOf<Page>(
  ask: (token: string | undefined) => Promise<Page>,
  next: (page: Page) => string | undefined,
): AsyncGenerator<Page> {
  let token: string | undefined;
  do {
    const page = await ask(token);
    yield page;
    token = next(page);
  } while (token !== undefined && token !== "");
}

/** For each of them, a few at a time: services count requests. */
export async function eachOf<Item, Result>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await ask(item);
  };
  await Promise.all(Array.from({ length: Math.min(8, items.length) }, worker));
  return results;
}
