/** One line of the request log. */
export interface LogEntry {
  /** ISO 8601, when the request was read. */
  readonly time: string;
  readonly requestId: string;
  /** The signing name, e.g. `ec2`; missing when the request was not for any. */
  readonly service?: string;
  readonly operation?: string;
  /** The caller's ARN, once the signature is known to be right. */
  readonly caller?: string;
  readonly region?: string;
  readonly userAgent?: string;
  /** What the client sent, without secrets and with long values cut. */
  readonly parameters?: unknown;
  /** Parameters that are kept but have no effect here. */
  readonly recorded?: readonly string[];
  /** HTTP status. */
  readonly status: number;
  /** `OK` or the error's code. */
  readonly result: string;
  readonly message?: string;
  /** Of an error nobody expected: its stack, in full. Never sent to the client. */
  readonly stack?: string;
  readonly milliseconds: number;
}
