/** Names and texts inside PostgreSQL's SQL and its files of settings. Pure. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
