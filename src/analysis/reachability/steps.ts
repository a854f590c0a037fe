import type { NetworkAcl, NetworkInterface, Subnet } from "../../environment/network.js";
import type { Hop } from "./answer.js";
import type { Spot } from "./places.js";

/** A stretch of the way on which a packet keeps its addresses and ports. */
export interface Leg {
  readonly way: "there" | "back";
  /** Ports of the client, or of the translator on its behalf, that answers go to; of a leg of the way back. */
  readonly answers: readonly [from: number, to: number];
  /**
   * It passes an appliance: rules that name a group as their peer then do not admit it (VPC user guide, "Appliance considerations": the
   * groups of both ends must name addresses). Known only at the end of the leg.
   */
  isForwarded: boolean;
}

/** What is told is made only for who wants to read it; most walks are for their sets. */
export type Tell = () => Omit<Hop, "way" | "outcome">;

/** What a packet meets. What filters let through is worked out later, for one header or for all. */
export type Step =
  | { readonly kind: "passes"; readonly leg: Leg; readonly tell: Tell }
  | {
      readonly kind: "ends";
      readonly leg: Leg;
      readonly outcome: "stops" | "unknown";
      readonly tell: Tell;
      readonly opens?: () => string;
    }
  | { readonly kind: "protocols"; readonly leg: Leg; readonly allowed: readonly number[]; readonly tell: Tell }
  | {
      readonly kind: "group";
      readonly leg: Leg;
      readonly direction: "ingress" | "egress";
      readonly nic: NetworkInterface;
      readonly peer: Spot;
    }
  | {
      readonly kind: "acl";
      readonly leg: Leg;
      readonly direction: "ingress" | "egress";
      readonly subnet: Subnet;
      /** Undefined: which one it is is not known. */
      readonly acl: NetworkAcl | undefined;
      readonly peer: Spot;
    };

/** Ports that Linux gives to clients (net.ipv4.ip_local_port_range). */
export const clientPorts = [32768, 60999] as const;

/** Ports that NAT gateways and load balancers open connections from (VPC user guide, "Ephemeral ports"). */
export const translatorPorts = [1024, 65535] as const;
