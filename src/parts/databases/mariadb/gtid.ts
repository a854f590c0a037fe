/**
 * How far a server is in the log of its replication: the sequence number of the last transaction, out of a list of global transaction
 * ids such as `0-1234-56` (domain, server, sequence; https://mariadb.com/kb/en/gtid/). All ours are of domain 0, where the strict mode
 * makes numbers rise over all servers. 0 for none. Pure.
 */
export const sequenceOf = (gtids: string): number =>
  Math.max(
    0,
    ...gtids
      .split(",")
      .map((gtid) => /^0-\d+-(\d+)$/.exec(gtid.trim())?.[1])
      .map((sequence) => Number(sequence ?? 0)),
  );
