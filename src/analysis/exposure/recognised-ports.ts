/** What listens on a well-known port, and what it means when the internet reaches it. */
export interface RecognisedPort {
  readonly name: string;
  readonly danger: Danger;
}

/**
 * `database`: data behind one password. `insecure`: made for one's own network, or without encryption. `administration`: the way to
 * the whole host. `web`: made for the internet.
 */
export type Danger = "database" | "insecure" | "administration" | "web" | "unrecognised";

/** The ports that Amazon Inspector (classic) recognises: its user guide, "Network reachability". */
const table: readonly (readonly [name: string, danger: Danger, tcp: readonly number[], udp?: readonly number[]])[] = [
  ["SSH", "administration", [22]],
  ["RDP", "administration", [3389], [3389]],
  ["HTTP", "web", [80]],
  ["HTTPS", "web", [443]],
  ["MongoDB", "database", [27017, 27018, 27019, 28017]],
  ["SQL Server", "database", [1433], [1434]],
  ["MySQL", "database", [3306]],
  ["PostgreSQL", "database", [5432]],
  ["Oracle", "database", [1521, 1630]],
  ["Elasticsearch", "database", [9200, 9300]],
  ["Telnet", "insecure", [23]],
  ["FTP", "insecure", [21]],
  ["SMB", "insecure", [445], [445]],
  ["NetBIOS", "insecure", [137, 139], [137, 138]],
  ["LDAP", "insecure", [389, 636, 3268, 3269], [389]],
  ["NFS", "insecure", [111, 2049, 4045, 1110], [111, 2049, 4045, 1110]],
  ["Kerberos", "insecure", [88, 464, 543, 544, 749, 751], [88, 464, 749, 750, 751, 752]],
  ["RPC", "insecure", [135, 530], [530]],
  ["WINS", "insecure", [42, 1512], [42, 1512]],
  ["DHCP", "insecure", [546, 547], [67, 68, 546, 547]],
  ["syslog", "insecure", [601], [514]],
  ["printing", "insecure", [515]],
];

const byPort = new Map<string, RecognisedPort>(
  table.flatMap(([name, danger, tcpPorts, udpPorts = []]) => [
    ...tcpPorts.map((port) => [`6/${String(port)}`, { name, danger }] as [string, RecognisedPort]),
    ...udpPorts.map((port) => [`17/${String(port)}`, { name, danger }] as [string, RecognisedPort]),
  ]),
);

export const recognised = (protocol: number, port: number): RecognisedPort =>
  byPort.get(`${String(protocol)}/${String(port)}`) ?? { name: "", danger: "unrecognised" };

/** Those between two ports, both included. */
export const recognisedIn = (
  protocol: number,
  from: number,
  to: number,
): readonly (RecognisedPort & { readonly port: number })[] =>
  [...byPort].flatMap(([key, each]) => {
    const [itsProtocol = "", port = ""] = key.split("/");
    return Number(itsProtocol) === protocol && from <= Number(port) && Number(port) <= to
      ? [{ ...each, port: Number(port) }]
      : [];
  });
