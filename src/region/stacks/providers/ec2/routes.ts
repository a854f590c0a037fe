import { enforced } from "../../../operations/members.js";
import { ServiceFault } from "../../../operations/fault.js";
import { RouteTables, type Route } from "../../../services/ec2/records.js";
import { createRoute, deleteRoute, replaceRoute } from "../../../services/ec2/routes.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { optionalText, text, unlessGone } from "../properties.js";

function destinationOf(properties: Properties): string {
  const [destination, ...others] = ["DestinationCidrBlock", "DestinationPrefixListId"].flatMap(
    (name) => optionalText(properties, name) ?? [],
  );
  if (destination === undefined || others.length > 0)
    throw new ServiceFault(
      "ValidationError",
      "Exactly one of DestinationCidrBlock and DestinationPrefixListId must be specified and not empty",
    );
  return destination;
}

function routeOf(properties: Properties): Route {
  const target = (name: string, member: keyof Route): Partial<Route> => {
    const id = optionalText(properties, name);
    return id === undefined ? {} : { [member]: id };
  };
  return {
    destination: destinationOf(properties),
    ...target("GatewayId", "gatewayId"),
    ...target("NatGatewayId", "natGatewayId"),
    ...target("NetworkInterfaceId", "interfaceId"),
    ...target("InstanceId", "instanceId"),
    ...target("VpcPeeringConnectionId", "vpcPeeringConnectionId"),
  };
}

const split = (id: string): readonly [routeTableId: string, destination: string] => {
  const at = id.indexOf("|");
  return [id.slice(0, at), id.slice(at + 1)];
};

/** Lives inside its route table's record; AWS's physical id is the table and the destination. */
export const route: ResourceProvider = {
  type: "AWS::EC2::Route",
  record: RouteTables,
  identify: (routeTableId, _value, properties) => `${routeTableId}|${destinationOf(properties)}`,
  properties: {
    RouteTableId: enforced,
    DestinationCidrBlock: enforced,
    DestinationPrefixListId: enforced,
    GatewayId: enforced,
    NatGatewayId: enforced,
    NetworkInterfaceId: enforced,
    InstanceId: enforced,
    VpcPeeringConnectionId: enforced,
  },
  attributes: { CidrBlock: (_call, id) => split(id)[1] },
  create: async (call, properties) => {
    const routeTableId = text(properties, "RouteTableId");
    await createRoute(call, routeTableId, routeOf(properties));
    return `${routeTableId}|${destinationOf(properties)}`;
  },
  update: (call, id, { to }) => replaceRoute(call, split(id)[0], routeOf(to)),
  delete: (call, id) =>
    unlessGone(["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"], () => deleteRoute(call, ...split(id))),
};
