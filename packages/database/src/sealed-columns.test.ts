import { expect, test } from "vitest";
import { classifiedColumns, sealedColumns } from "./sealed-columns.ts";

test("the sealed columns, and the column that names the row of each", () => {
  const all = sealedColumns.map(
    ({ table, column, rows, class: word }) => `${table}.${column} by ${rows.name}: ${word}`,
  );
  expect(all.toSorted()).toEqual([
    "mcp_sessions.data by session_id: sealed_json",
    "oauth_client_registrations.client_secret by id: secret",
    "oauth_client_registrations.registration_access_token by id: secret",
    "oauth_tokens.access_token by id: secret",
    "oauth_tokens.refresh_token by id: secret",
    "vault_secrets.sealed by id: secret",
  ]);
});

test("every column of the schema has a class", () => {
  expect(classifiedColumns.length).toBeGreaterThan(200);
  expect(classifiedColumns).toContainEqual(
    expect.objectContaining({ table: "vault_keys", column: "wrapped", class: "wrapped" }),
  );
  expect(classifiedColumns).toContainEqual(
    expect.objectContaining({ table: "debug_logs", column: "request_payload", class: "traffic" }),
  );
});
