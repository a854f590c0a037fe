/**
 * An error in AWS's own terms. The server encodes it in the form of the protocol that the request came in.
 * Codes and wording follow the AWS API reference of the service
 * (for EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html).
 */
export class ServiceFault extends Error {
  readonly code: string;
  /** HTTP status; 4xx is the sender's fault, 5xx ours. */
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = "ServiceFault";
    this.code = code;
    this.status = status;
  }
}

/** What Sandtable does not model is refused by name, never ignored. */
export class NotModelled extends ServiceFault {
  constructor(what: string, advice = "Run it on AWS, or leave it out of the local environment.") {
    super("NotImplemented", `Sandtable does not model ${what}. ${advice}`, 501);
    this.name = "NotModelled";
  }
}
