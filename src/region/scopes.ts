import type { ObjectFiles } from "../parts/objects/objectfiles.js";
import type { Call, Scope } from "./operations/call.js";
import type { ScopeKey, Store } from "./records/store.js";
import type { DBServerLogs } from "./services/rds/logs.js";
import type { CallContext } from "./server/dispatch.js";
import type { Upkeep } from "./upkeep/upkeep.js";

/** Clients of our own look again by themselves: they show progress, and holding would hide it. */
const ownClient = /\bsandtable\b/i;

/** Makes the scopes and calls that handlers and keepers work with. */
export class Scopes {
  private readonly made = new Map<string, Scope>();

  constructor(
    private readonly store: Store,
    private readonly options: {
      readonly accountId: string;
      /** Longest time a Describe is held, in milliseconds. */
      readonly hold: number;
      readonly now: () => number;
      readonly objects: ObjectFiles;
      readonly serverLogs: DBServerLogs;
      readonly upkeep: (scope: Scope) => Upkeep;
    },
  ) {}

  of(key: ScopeKey): Scope {
    const name = `${key.accountId}/${key.regionName}`;
    let scope = this.made.get(name);
    if (scope === undefined) this.made.set(name, (scope = this.make(key, name)));
    return scope;
  }

  /** Every scope that has records of its own or was asked for. */
  all(): readonly Scope[] {
    this.store.scopes().forEach((key) => this.of(key));
    return [...this.made.values()];
  }

  /** What a handler is given for one request. */
  call(context: CallContext): Call {
    const scope = this.of({ accountId: this.options.accountId, regionName: context.regionName });
    const { hold } = this.options;
    return {
      ...scope,
      requestId: context.requestId,
      caller: context.caller,
      commit: (...changes) => this.store.commit(scope, context.requestId, changes),
      holdWhile: async (inTransition) => {
        if (hold === 0 || ownClient.test(context.userAgent) || !inTransition()) return;
        const limit = new AbortController();
        const leave = (): void => limit.abort();
        const timer = setTimeout(leave, hold);
        context.signal.addEventListener("abort", leave, { once: true });
        try {
          await scope.until(() => !inTransition(), limit.signal);
        } catch (error) {
          if (!limit.signal.aborted) throw error;
        } finally {
          clearTimeout(timer);
          context.signal.removeEventListener("abort", leave);
        }
      },
    };
  }

  private make(key: ScopeKey, name: string): Scope {
    const store = this.store;
    // Spread into calls, so members must not depend on `this`.
    const scope: { -readonly [K in keyof Scope]: Scope[K] } = {
      ...key,
      records: store.records(key),
      commit: (...changes) => store.commit(key, name, changes),
      now: this.options.now,
      objects: this.options.objects,
      serverLogs: this.options.serverLogs,
      upkeep: undefined as unknown as Upkeep, // set below: it needs the scope itself
      until: (done, signal) =>
        new Promise((resolve, reject) => {
          if (done()) return resolve();
          const stop = (): void => {
            ignore();
            signal?.removeEventListener("abort", abort);
          };
          const abort = (): void => {
            stop();
            reject(signal?.reason instanceof Error ? signal.reason : new Error("no longer wanted"));
          };
          const ignore = store.onCommit(() => {
            try {
              if (!done()) return;
              stop();
              resolve();
            } catch (error) {
              stop();
              reject(error instanceof Error ? error : new Error(String(error)));
            }
          });
          if (signal?.aborted === true) abort();
          else signal?.addEventListener("abort", abort, { once: true });
        }),
    };
    scope.upkeep = this.options.upkeep(scope);
    return scope;
  }
}
