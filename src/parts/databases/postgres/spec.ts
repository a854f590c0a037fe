/** A PostgreSQL server in the namespace of its network interface. */
export interface PostgresSpec {
  /** The DB instance's resource id, `db-…`. */
  readonly id: string;
  readonly namespace: string;
  readonly port: number;
  readonly masterUsername: string;
  readonly masterPassword: string;
  /** Created once, when the server is first made; RDS's default is `postgres`. */
  readonly databaseName: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
}
