/**
 * One line of the request log: everything that CloudTrail's events are made of. Written to `<state>/region.log` as JSON lines, among
 * what the keepers say (those lines have no `requestId`); each answered request has one, whether it was understood or not.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export interface LogEntry {
  /** ISO 8601, when the request began to arrive (`eventTime`). */
  readonly time: string;
  /** The id that the client was given (`requestID`, `eventID`). */
  readonly requestId: string;
  /** The signing name, e.g. `ec2`; missing when the request was not for any (`eventSource`). */
  readonly service?: string;
  /** Missing when it could not be told (`eventName`). */
  readonly operation?: string;
  /** Once the signature is known to be right (`userIdentity`). */
  readonly caller?: LoggedCaller;
  /** Of the credential scope (`awsRegion`). */
  readonly region?: string;
  /** Of the TCP connection (`sourceIPAddress`). */
  readonly sourceAddress?: string;
  readonly userAgent?: string;
  /** What the client sent, without secrets and with long values cut (`requestParameters`). */
  readonly parameters?: unknown;
  /** Parameters that are kept but have no effect here. */
  readonly recorded?: readonly string[];
  /** The request changed records (not `readOnly`). */
  readonly changed?: boolean;
  /** What the client was answered, as `parameters` are; of requests that changed something (`responseElements`). */
  readonly response?: unknown;
  /** HTTP status; 0 when nothing could be sent. */
  readonly status: number;
  /** `OK` or the error's code (`errorCode`). */
  readonly result: string;
  /** The error's message (`errorMessage`). */
  readonly message?: string;
  /** Of an error nobody expected: its stack, in full. Never sent to the client. */
  readonly stack?: string;
  /** From the first byte read to the answer handed to the kernel. */
  readonly milliseconds: number;
}

export interface LoggedCaller {
  readonly arn: string;
  readonly accountId: string;
  /** AWS's unique id (`principalId`). */
  readonly userId: string;
  readonly accessKeyId: string;
}
