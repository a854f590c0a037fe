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

/** What `talkProgram` reads, one a line. */
export interface Question {
  readonly id: number;
  readonly login: Login;
  readonly sql: string;
  /** For the connection, in milliseconds. */
  readonly patience: number;
}

/** What it answers, one a line: the rows of the last statement, every value as text, or the error with all its members. */
export type Answer = { readonly id: number; readonly rows: string[][] } | { readonly id: number; readonly error: string };

/** Runs statements as they come, each on a connection of its own, until its input ends. */
export const talkProgram = (client: Client): string => `
  ${opener(client)}
  import { createInterface } from "node:readline";
  import { inspect } from "node:util";
  // A name moves a moment after its database did: a client tries again.
  const passing = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"];
  const reach = async (login, patience, until = Date.now() + 10000) => {
    try {
      return await open(login, patience);
    } catch (error) {
      if (!passing.includes(error.code) || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return reach(login, patience, until);
    }
  };
  const answer = async ({ login, sql, patience }) => {
    const connection = await reach(login, patience);
    try {
      return { rows: await rows(connection, sql) };
    } finally {
      await close(connection);
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    answer(question)
      .catch((error) => ({ error: inspect(error) }))
      .then((said) => console.log(JSON.stringify({ id: question.id, ...said })));
  }
  process.exit();`;

/** Appends numbered rows, one after the other, and prints each number when it was acknowledged; goes on whatever happens, for four minutes. */
export const appendProgram = (client: Client, login: Login): string => `
  ${opener(client)}
  let n = 0;
  let connection;
  const ends = Date.now() + 240000;
  while (Date.now() < ends) {
    try {
      connection ??= await open(${JSON.stringify(login)}, 1000);
      n += 1;
      await rows(connection, "insert into appended values (" + n + ")");
      console.log(n);
    } catch (error) {
      if (connection !== undefined) close(connection).catch(() => undefined);
      connection = undefined;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }`;

const opener = (client: Client): string =>
  client === "postgres"
    ? `
      import pg from "pg";
      const open = async ({ ssl, ...login }, patience) => {
        const client = new pg.Client({
          ...login,
          connectionTimeoutMillis: patience,
          query_timeout: 7000,
          ssl: ssl ?? { rejectUnauthorized: false },
        });
        client.on("error", () => undefined);
        await client.connect();
        return client;
      };
      const rows = async (client, text) => (await client.query({ text, rowMode: "array" })).rows?.map((row) => row.map(String)) ?? [];
      const close = (client) => client.end();`
    : `
      import mysql from "mysql2/promise";
      const open = async ({ ssl, ...login }, patience) => {
        const tls = ssl === false ? {} : { ssl: { rejectUnauthorized: false } };
        const client = await mysql.createConnection({ ...login, connectTimeout: patience, ...tls });
        client.connection.on("error", () => undefined);
        return client;
      };
      const rows = async (client, sql) => {
        const [found] = await client.query({ sql, rowsAsArray: true, timeout: 7000 });
        return Array.isArray(found) ? found.map((row) => row.map(String)) : [];
      };
      const close = async (client) => client.destroy();`;
