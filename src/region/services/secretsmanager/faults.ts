import { ServiceFault } from "../../operations/fault.js";

/*
 * Secrets Manager's errors: https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html and each operation's page.
 */

export const notFound = (what = "the specified secret."): ServiceFault =>
  new ServiceFault("ResourceNotFoundException", `Secrets Manager can't find ${what}`);

export const invalidRequest = (message: string): ServiceFault => new ServiceFault("InvalidRequestException", message);

export const invalidParameter = (message: string): ServiceFault => new ServiceFault("InvalidParameterException", message);

export const exists = (message: string): ServiceFault => new ServiceFault("ResourceExistsException", message);

export const invalidValue = (name: string, constraint: string): ServiceFault =>
  new ServiceFault(
    "ValidationException",
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: ${constraint}`,
  );
