import { Fabric } from "../../../src/parts/fabric/fabric.js";
import { all, peer } from "../../parts/fabric/everything.js";
import { flaskHa } from "../../parts/fabric/flask-ha.js";

/** Builds and changes VPCs, two of them peered, until it is killed: `apply-forever.ts CODE`. */
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
const alternately = async (): Promise<void> => {
  await fabric.applyVpc(flaskHa);
  await fabric.applyVpc(smaller);
  await fabric.applyVpc(alone);
  await fabric.removeVpc(flaskHa.vpcId);
};
const peered = async (): Promise<void> => {
  await Promise.all([all, peer].map((spec) => fabric.applyVpc(spec)));
  const detached = all.interfaces.map(({ attachedTo: _machine, ...nic }) => nic);
  await fabric.applyVpc({ ...all, interfaces: detached, peerings: [], gatewayEndpoints: [], faults: [] });
  await fabric.removeVpc(peer.vpcId);
};
for (;;) await Promise.all([alternately(), peered()]);
