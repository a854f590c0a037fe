import { CfnOutput, NestedStack, Stack, type App } from "aws-cdk-lib/core";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as iam from "aws-cdk-lib/aws-iam";
import * as s3 from "aws-cdk-lib/aws-s3";

/** A network in a stack of its own, and a bucket beside it that knows the network's id. */
export default function (app: App): void {
  const stack = new Stack(app, "nested");
  const nested = new NestedStack(stack, "Network");
  const vpc = new ec2.CfnVPC(nested, "Vpc", { cidrBlock: process.env["SANDTABLE_TEST_BLOCK"] ?? "10.60.0.0/16" });
  // What the check is to find, though it is not the outer stack's.
  new iam.CfnRole(nested, "Anybody", {
    assumeRolePolicyDocument: { Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }] },
  });
  // More than fits into a request: the template of the nested stack is a file anyway, this one is put beside it.
  stack.addMetadata("filler", process.env["SANDTABLE_TEST_FILLER"] ?? "");
  const bucket = new s3.CfnBucket(stack, "Files", { tags: [{ key: "network", value: vpc.ref }] });
  new CfnOutput(stack, "VpcId", { value: vpc.ref });
  new CfnOutput(stack, "BucketName", { value: bucket.ref });
}
