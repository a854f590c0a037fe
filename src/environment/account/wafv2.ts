import { ListResourcesForWebACLCommand, ListWebACLsCommand, type WebACLSummary } from "@aws-sdk/client-wafv2";
import type { Described } from "../described.js";
import { isUnknown, type Unknown } from "../maybe.js";
import { told } from "../told.js";
import type { Names } from "./names.js";
import { eachOf, pagesOf } from "./reading.js";
import type { ReadRoom } from "./room.js";

const aclType = "AWS::WAFv2::WebACL";
const associationType = "AWS::WAFv2::WebACLAssociation";
const balancerType = "AWS::ElasticLoadBalancingV2::LoadBalancer";

/** The region's web ACLs and the load balancers that they protect. What protects CloudFront is listed in us-east-1 only, and not asked for. */
export const readWebAcls: ReadRoom = async (clients, reading) => {
  const client = await clients.wafv2();
  const acls = await reading.all(
    "wafv2:ListWebACLs",
    [aclType, associationType],
    pagesOf(
      (NextMarker) => client.send(new ListWebACLsCommand({ Scope: "REGIONAL", NextMarker })),
      // A page that is not full is the last one, whatever marker it has.
      (page) => ((page.WebACLs ?? []).length === 0 ? undefined : page.NextMarker),
    ),
    (page) => page.WebACLs,
  );
  const protectedBy = await eachOf(acls, async ({ ARN: WebACLArn }) => {
    const answer = await reading.one(
      "wafv2:ListResourcesForWebACL",
      client.send(new ListResourcesForWebACLCommand({ WebACLArn, ResourceType: "APPLICATION_LOAD_BALANCER" })),
    );
    return isUnknown(answer) ? answer : (answer?.ResourceArns ?? []);
  });
  return {
    register: (names) => {
      for (const { Name = "", Id, ARN = "" } of acls)
        names.register({ type: aclType, physicalId: ARN, also: [Id, `${Name}|${Id}|REGIONAL`], otherwise: Name });
    },
    describe: (names) => acls.flatMap((acl, index) => describeAcl(acl, protectedBy[index] ?? [], names)),
  };
};

function describeAcl(
  { Name = "", Id = "", ARN = "" }: WebACLSummary,
  resources: readonly string[] | Unknown,
  names: Names,
): readonly Described[] {
  const id = names.idOf(aclType, ARN);
  const WebACLArn = names.ref(aclType, ARN);
  const association = (ResourceArn: Described["properties"][string], index: number): Described => ({
    id: `${id}/association ${index + 1}`,
    type: associationType,
    properties: { WebACLArn, ResourceArn },
  });
  return [
    { id, type: aclType, physicalId: `${Name}|${Id}|REGIONAL`, properties: told({ Name, Scope: "REGIONAL" }) },
    ...(isUnknown(resources)
      ? [association(resources, 0)]
      : resources.map((arn, index) => association(names.ref(balancerType, arn), index))),
  ];
}
