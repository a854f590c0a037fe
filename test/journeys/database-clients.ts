/** Programs of a client in the VPC, for Node.js as ES modules; they find `pg` and `mysql2` in this repository. */
export type Client = "postgres" | "mysql";

export interface Login {
  readonly host: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Unset: with TLS, whoever has signed. */
  readonly ssl?: false;
}

/** Runs statements and prints the rows of the last one as JSON, every value as text. */
export const queryProgram = (client: Client, login: Login, sql: string): string => `
  ${opener(client, login, 4000)}
  const connection = await open();
  console.log(JSON.stringify(await rows(connection, ${JSON.stringify(sql)})));
  await close(connection);`;

/** Appends numbered rows, one after the other, and prints each number when it was acknowledged; goes on whatever happens, for four minutes. */
export const appendProgram = (client: Client, login: Login): string => `
  ${opener(client, login, 1000)}
  let n = 0;
  let connection;
  const ends = Date.now() + 240000;
  while (Date.now() < ends) {
    try {
      connection ??= await open();
      n += 1;
      await rows(connection, "insert into appended values (" + n + ")");
      console.log(n);
    } catch (error) {
      if (connection !== undefined) close(connection).catch(() => undefined);
      connection = undefined;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }`;

function opener(client: Client, { ssl, ...login }: Login, patience: number): string {
  if (client === "postgres") {
    const settings = {
      ...login,
      connectionTimeoutMillis: patience,
      query_timeout: 3000 + patience,
      ssl: ssl ?? { rejectUnauthorized: false },
    };
    return `
      import pg from "pg";
      const open = async () => {
        const client = new pg.Client(${JSON.stringify(settings)});
        client.on("error", () => undefined);
        await client.connect();
        return client;
      };
      const rows = async (client, text) => (await client.query({ text, rowMode: "array" })).rows?.map((row) => row.map(String)) ?? [];
      const close = (client) => client.end();`;
  }
  const settings = { ...login, connectTimeout: patience, ...(ssl === false ? {} : { ssl: { rejectUnauthorized: false } }) };
  return `
    import mysql from "mysql2/promise";
    const open = async () => {
      const client = await mysql.createConnection(${JSON.stringify(settings)});
      client.connection.on("error", () => undefined);
      return client;
    };
    const rows = async (client, sql) => {
      const [found] = await client.query({ sql, rowsAsArray: true, timeout: ${3000 + patience} });
      return Array.isArray(found) ? found.map((row) => row.map(String)) : [];
    };
    const close = async (client) => client.destroy();`;
}
