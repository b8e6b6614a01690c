import type { Connection } from "@local-mcp/database";

/** Each has a half in one table and a half in another. */
export const ACCOUNTS = 20;

/** The rows that are written, as they are before the first transaction. */
export const prepare = (connection: Connection): void => {
  const setting = connection.prepare("INSERT INTO settings VALUES (?, '0', 1)");
  const resource = connection.prepare(
    "INSERT INTO resources (id, uri, name, text_content, created_at, updated_at) VALUES (?, ?, 'load', '0', 1, 1)",
  );
  for (let account = 0; account < ACCOUNTS; account += 1) {
    setting.run(`load-${account}`);
    resource.run(`load-${account}`, `load:${account}`);
  }
  setting.run("count");
  connection.exec(
    "INSERT INTO prompts (id, name, template, created_at, updated_at) VALUES ('count', 'count', '0', 1, 1)",
  );
};

/**
 * What holds after every transaction and at no moment within one: nothing is lost between two
 * tables, and four tables agree on how many there were.
 *
 * @returns how many transactions a state has had
 */
export const checkInvariant = (connection: Connection): number => {
  const one = (sql: string): number => Number(connection.prepare(sql).pluck().get());
  const count = one("SELECT value FROM settings WHERE key = 'count'");
  const others = {
    "the sum over both tables": [
      one("SELECT sum(value) FROM settings WHERE key LIKE 'load-%'") +
        one("SELECT sum(text_content) FROM resources"),
      0,
    ],
    "the count in prompts": [one("SELECT template FROM prompts"), count],
    "the rows of the log": [one("SELECT count(*) FROM audit_log"), count],
    "the last row of the log": [one("SELECT ifnull(max(created_at), 0) FROM audit_log"), count],
    "the newest resource": [
      Math.max(1, one("SELECT max(updated_at) FROM resources")),
      Math.max(1, count),
    ],
  };
  for (const [what, [found, wanted]] of Object.entries(others)) {
    if (found !== wanted) throw new Error(`${what} is ${found} and not ${wanted}`);
  }
  return count;
};
