/**
 * Records: the things the API knows, each a whole value under (account, region, type, id).
 * Services read them synchronously and change them by one atomic commit.
 */

/** A kind of record. `T` is the shape of its value; values are JSON and never changed in place. */
export interface RecordType<T> {
  readonly name: string;
  /** IAM and STS records are global: kept under `us-east-1` whatever region asks. */
  readonly global: boolean;
  /** Carries `T`; never set. */
  readonly shape?: T;
}

export interface RecordTypeOptions<T> {
  readonly global?: boolean;
  /** Members that may hold secrets: encrypted in the journal, plain in memory. */
  readonly sealed?: readonly (keyof T & string)[];
}

/** Declare a record type. `name` is AWS's noun, e.g. `ec2:Vpc`. */
export function recordType<T extends object>(name: string, options: RecordTypeOptions<T> = {}): RecordType<T> {
  if (options.sealed !== undefined) sealed.set(name, new Set(options.sealed));
  return { name, global: options.global ?? false };
}

/** By the type's name, which is all that the journal knows of it. */
const sealed = new Map<string, ReadonlySet<string>>();
const none: ReadonlySet<string> = new Set();

/** The members of a type's values that the journal must not show. */
export const sealedMembers = (typeName: string): ReadonlySet<string> => sealed.get(typeName) ?? none;

export type Change =
  | { readonly do: "put"; readonly type: RecordType<object>; readonly id: string; readonly value: object }
  | { readonly do: "delete"; readonly type: RecordType<object>; readonly id: string };

/** The changes of one atomic commit. */
export type Commit = readonly Change[];

export const put = <T extends object>(type: RecordType<T>, id: string, value: T): Change => ({ do: "put", type, id, value });
export const remove = <T extends object>(type: RecordType<T>, id: string): Change => ({ do: "delete", type, id });

/** The records of one account and region. */
export interface Records {
  get<T extends object>(type: RecordType<T>, id: string): T | undefined;
  /** In order of id's first commit. */
  list<T extends object>(type: RecordType<T>): readonly T[];
}
