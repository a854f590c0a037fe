/**
 * An error in AWS's own terms. The server encodes it in the form of the protocol that the request came in.
 * Codes and wording follow the AWS API reference of the service
 * (for EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html).
 */
export class ServiceFault extends Error {
  readonly code: string;
  /** HTTP status; 4xx is the sender's fault, 5xx ours. */
  readonly status: number;
  /** Further members of the service's error shape, by the SDK's names (`BucketName`, say). */
  readonly detail: { readonly [member: string]: unknown } | undefined;
  /** Headers that the answer has besides, in lower case (`x-amz-bucket-region`). */
  readonly headers: Readonly<Record<string, string>> | undefined;

  /** Where the service's model knows `code` (as a shape's name or as the query protocol's code), AWS's own status is sent. */
  constructor(
    code: string,
    message: string,
    status = 400,
    detail?: { readonly [member: string]: unknown },
    headers?: Readonly<Record<string, string>>,
  ) {
    super(message);
    this.name = "ServiceFault";
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

/**
 * What Sandtable does not model is refused by name, never ignored. The status is 400 and not 501: clients repeat a 5xx (the CDK
 * toolkit for a minute), and no repetition will model it.
 */
export class NotModelled extends ServiceFault {
  constructor(what: string, advice = "Run it on AWS, or leave it out of the local environment.") {
    super("NotImplemented", `Sandtable does not model ${what}. ${advice}`);
    this.name = "NotModelled";
  }
}
