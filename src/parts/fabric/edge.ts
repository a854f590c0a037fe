/** An edge of a VPC: what holds for packets that pass it, and for no other. Rules without the device, which the edge has. */
export interface Edge {
  /** `internet`: names its chain. */
  readonly name: string;
  /** Device group of its links. */
  readonly group: number;
  readonly arrivals: readonly string[];
  readonly departures: readonly string[];
}
