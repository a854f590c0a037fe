/**
 * A problem that the person at the keyboard can do something about. It is printed without a stack trace:
 * what happened, to which resource, why, and what to do next.
 */
export class UserFault extends Error {
  /** A stable name for this kind of problem, e.g. `PortTaken`. */
  readonly code: string;
  /** The resource, file or place it happened to, e.g. `Web/Subnet1` or `template.yaml:12:5`. */
  readonly at: string | undefined;
  /** What to do next, as an instruction. */
  readonly fix: string;

  constructor(code: string, detail: { message: string; fix: string; at?: string; cause?: unknown }) {
    super(detail.message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = "UserFault";
    this.code = code;
    this.at = detail.at;
    this.fix = detail.fix;
  }
}
