import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put } from "../../records/records.js";
import { theInstanceProfile } from "../iam/instanceprofiles.js";
import { checkInterfaceCount, interfacesOf } from "./attachments.js";
import { changeInstance, checkUserData, theInstance } from "./instances.js";
import { checkAddressCount } from "./interfaces.js";
import { instanceType } from "./instancetypes.js";
import { Instances, type Instance } from "./records.js";

/** What is not stated stays as it is; `null`: none any more. */
export interface InstanceChange {
  /** Stopped instances only, as is the user data. */
  readonly instanceType?: string | undefined;
  /** Base64. Programs that run it do so at an instance's first start only, as on AWS. */
  readonly userData?: string | null | undefined;
  /** Name or ARN. The metadata service tells of it at once. */
  readonly instanceProfile?: string | null | undefined;
  readonly httpTokens?: Instance["httpTokens"] | undefined;
  readonly httpPutResponseHopLimit?: number | undefined;
  readonly monitoring?: boolean | undefined;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html and its neighbours. */
export function modifyInstance(call: Call, id: string, change: InstanceChange): void {
  const instance = theInstance(call, id);
  if ((change.instanceType !== undefined || change.userData !== undefined) && instance.state !== "stopped")
    throw new ServiceFault("IncorrectInstanceState", `The instance '${id}' is not in the 'stopped' state.`);
  if (change.instanceType !== undefined) checkType(call, instance, change.instanceType);
  if (typeof change.userData === "string") checkUserData(change.userData);
  const { userData, instanceProfileArn, ...rest } = instance;
  const profileArn =
    change.instanceProfile === undefined
      ? instanceProfileArn
      : change.instanceProfile === null
        ? undefined
        : theInstanceProfile(call, change.instanceProfile).arn;
  const data = change.userData === undefined ? userData : (change.userData ?? undefined);
  call.commit(
    put(Instances, id, {
      ...rest,
      instanceType: change.instanceType ?? rest.instanceType,
      httpTokens: change.httpTokens ?? rest.httpTokens,
      httpPutResponseHopLimit: change.httpPutResponseHopLimit ?? rest.httpPutResponseHopLimit,
      monitoring: change.monitoring ?? rest.monitoring,
      ...(data === undefined ? {} : { userData: data }),
      ...(profileArn === undefined ? {} : { instanceProfileArn: profileArn }),
    }),
  );
}

function checkType(call: Call, instance: Instance, name: string): void {
  const nics = interfacesOf(call, instance.instanceId);
  checkInterfaceCount(nics.length, name);
  for (const nic of nics) checkAddressCount(nic, instanceType(name).addressesPerInterface);
}

/**
 * A change that needs a stop: stops a running instance, changes it and starts it again, as CloudFormation does; a stopped one stays
 * so. Done again after a crash, it goes on where it was. Resolves when the instance is on its way up.
 */
export async function modifyWithInterruption(call: Call, id: string, change: InstanceChange, signal: AbortSignal): Promise<void> {
  const before = theInstance(call, id);
  if (before.wish === "running" && before.interrupted !== true) call.commit(put(Instances, id, { ...before, interrupted: true }));
  if (before.wish === "running") changeInstance(call, id, "stopped");
  await call.until(() => call.records.get(Instances, id)?.state !== "stopping", signal);
  modifyInstance(call, id, change);
  const { interrupted, ...changed } = theInstance(call, id);
  if (interrupted !== true) return;
  call.commit(put(Instances, id, changed));
  changeInstance(call, id, "running");
}
