import { Fabric } from "../../../src/parts/fabric/fabric.js";
import { flaskHa } from "../../parts/fabric/flask-ha.js";

/** Builds and changes a VPC until it is killed: `apply-forever.ts CODE`. */
const fabric = new Fabric({ code: process.argv[2] ?? "" });
const smaller = {
  ...flaskHa,
  interfaces: flaskHa.interfaces.filter((nic) => nic.interfaceId !== "eni-db" && nic.interfaceId !== "eni-nlb-b"),
  publicAddresses: flaskHa.publicAddresses.filter((address) => address.interfaceId !== "eni-nlb-b"),
};
const { internetGatewayId: _, ...alone } = {
  ...flaskHa,
  natGateways: [],
  interfaces: smaller.interfaces.filter((nic) => nic.interfaceId !== "eni-nat"),
};
process.send?.("ready");
for (;;) {
  await fabric.applyVpc(flaskHa);
  await fabric.applyVpc(smaller);
  await fabric.applyVpc(alone);
  await fabric.removeVpc(flaskHa.vpcId);
}
