import type {
  DisableKeyRotationCommandInput,
  EnableKeyRotationCommandInput,
  GetKeyRotationStatusCommandInput,
  GetKeyRotationStatusCommandOutput,
} from "@aws-sdk/client-kms";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, recorded } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { changeKey, theKey } from "./keys.js";

export const rotationNote = "the material of a key stays the same here, however long the region runs";

/** @param days 90 to 2560; default 365. */
export function checkPeriod(days = 365): number {
  if (days < 90 || days > 2560)
    throw new ServiceFault("ValidationException", `RotationPeriodInDays is ${days}; it must be between 90 and 2560.`);
  return days;
}

export const rotationOperations: readonly Operation[] = [
  operation<EnableKeyRotationCommandInput, object>(
    "kms",
    "EnableKeyRotation",
    { KeyId: enforced, RotationPeriodInDays: recorded(rotationNote) },
    (call, input) => {
      const rotation = { periodInDays: checkPeriod(input.RotationPeriodInDays) };
      changeKey(call, input.KeyId, (key) => ({ ...key, rotation }));
      return {};
    },
    () => [{ path: "KeyRotation", because: rotationNote }],
  ),
  operation<DisableKeyRotationCommandInput, object>("kms", "DisableKeyRotation", { KeyId: enforced }, (call, input) => {
    changeKey(call, input.KeyId, ({ rotation: _rotation, ...key }) => key);
    return {};
  }),
  operation<GetKeyRotationStatusCommandInput, GetKeyRotationStatusCommandOutput>(
    "kms",
    "GetKeyRotationStatus",
    { KeyId: enforced },
    (call, input) => {
      const { arn, rotation } = theKey(call, input.KeyId);
      return { KeyId: arn, KeyRotationEnabled: rotation !== undefined, RotationPeriodInDays: rotation?.periodInDays };
    },
  ),
];
