import type { Scope } from "../operations/call.js";
import { ServiceFault } from "../operations/fault.js";
import { theImage } from "../services/ec2/images.js";
import { Instances, SecurityGroups, Subnets, Vpcs } from "../services/ec2/records.js";
import { zonesOf } from "../services/ec2/zones.js";

/**
 * What parameters of AWS-specific types may name. Types that are not here are not modelled: key pairs, volumes, hosted zones.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
 */
const finders: Readonly<Record<string, (scope: Scope, value: string) => boolean>> = {
  "AWS::EC2::AvailabilityZone::Name": (scope, value) => zonesOf(scope.regionName).includes(value),
  "AWS::EC2::Image::Id": (scope, value) => {
    try {
      return theImage(scope, value).imageId === value;
    } catch (error) {
      if (error instanceof ServiceFault) return false;
      throw error;
    }
  },
  "AWS::EC2::Instance::Id": (scope, value) => scope.records.get(Instances, value) !== undefined,
  "AWS::EC2::SecurityGroup::GroupName": (scope, value) =>
    scope.records.list(SecurityGroups).some(({ groupName }) => groupName === value),
  "AWS::EC2::SecurityGroup::Id": (scope, value) => scope.records.get(SecurityGroups, value) !== undefined,
  "AWS::EC2::Subnet::Id": (scope, value) => scope.records.get(Subnets, value) !== undefined,
  "AWS::EC2::VPC::Id": (scope, value) => scope.records.get(Vpcs, value) !== undefined,
};

/** Is there a thing of this parameter type and name? Undefined: things of that type are not modelled. */
export const namedThingExists = (scope: Scope, type: string, value: string): boolean | undefined =>
  Object.hasOwn(finders, type) ? finders[type]?.(scope, value) : undefined;
