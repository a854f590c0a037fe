import type { VpcSpec } from "../../../src/parts/fabric/spec.js";
import { everything, nicOf, peered, tcp, vpcOf } from "./vpcs.js";

const anywhere = { protocol: "-1", cidr: "0.0.0.0/0" } as const;
const base = vpcOf("all", 0, ["a", "b"]);

/** Each thing that a VPC can be wished to have, once; and the other side of its peering connection. */
export const [all, peer] = peered(
  "pcx-1",
  {
    ...base,
    subnets: base.subnets.map((subnet, at) =>
      at === 0 ? { ...subnet, networkAclId: "acl-1" } : { ...subnet, networkAclId: "acl-0" },
    ),
    networkAcls: [
      { networkAclId: "acl-0", ingress: [{ action: "allow", ...anywhere }], egress: [{ action: "allow", ...anywhere }] },
      {
        networkAclId: "acl-1",
        ingress: [
          { action: "deny", protocol: "tcp", fromPort: 22, toPort: 22, cidr: "0.0.0.0/0" },
          { action: "allow", protocol: "icmp", fromPort: 8, toPort: -1, cidr: "10.0.0.0/8" },
          { action: "allow", protocol: "-1", cidr: "::/0" },
          { action: "allow", ...anywhere },
        ],
        egress: [{ action: "allow", protocol: "6", fromPort: 1024, toPort: 65535, cidr: "0.0.0.0/0" }],
      },
    ],
    routeTables: base.routeTables.map((table) => ({
      ...table,
      routes: [
        ...table.routes,
        { destination: "10.9.0.0/16", target: { kind: "interface", interfaceId: "eni-appliance" } },
        { destination: "198.19.1.0/24", target: { kind: "gateway-endpoint", endpointId: "vpce-1" } },
      ],
    })),
    gatewayEndpoints: [{ endpointId: "vpce-1", cidrs: ["198.19.1.0/24"] }],
    securityGroups: [{ groupId: "sg-all", ingress: [tcp(80, { groupId: "sg-peer" })], egress: [everything] }],
    interfaces: [
      ...base.interfaces.map((nic, at) => (at === 0 ? { ...nic, secondaryIps: ["10.0.0.12"] } : nic)),
      nicOf("appliance", "10.0.1.20", "subnet-all-b", ["sg-all"], { sourceDestCheck: false }),
      nicOf("further", "10.0.1.21", "subnet-all-b", ["sg-all"], {
        secondaryIps: ["10.0.1.22"],
        attachedTo: { interfaceId: "eni-all-b", deviceIndex: 1 },
      }),
    ],
    publicAddresses: [{ publicIp: "198.18.0.1", interfaceId: "eni-all-a", privateIp: "10.0.0.12" }],
    faults: [
      { kind: "cut", at: { zone: "eu-west-3b" } },
      { kind: "loss", at: { interfaceId: "eni-all-a" }, percent: 2.5 },
    ],
  } satisfies VpcSpec,
  vpcOf("peer", 1, ["b"]),
);
