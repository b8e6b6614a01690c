import { randomUUID } from "node:crypto";
import { describeIssues, GatewayError } from "@local-mcp/contract";
import type { AnyEntity } from "@local-mcp/transfer";
import type { Vault } from "@local-mcp/vault";
import type { z } from "zod";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Stores } from "../../stores.ts";

/** What it takes to store an entity. */
export interface Storing {
  stores: Stores;
  vault: Vault;
  /** Looks at templates, filters and schemas. */
  sandbox: Sandbox;
  /** No file in here is given to anybody. */
  dataDir: string;
  /**
   * Called with the id of a server that goes to another origin, or to which another client is to sign
   * in, within the transaction that stores that.
   */
  onMoved: (serverId: string) => void;
}

/** Reads fields as the API reads them. @throws GatewayError validation_failed */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: z.input<Schema>,
): z.output<Schema> {
  const { data, error } = schema.safeParse(value);
  if (error) {
    throw new GatewayError("validation_failed", { detail: describeIssues(error.issues) });
  }
  return data;
}

/** The rows of one table. */
interface Rows<Row> {
  get(id: string): Row | undefined;
}

/**
 * The row that an entity changes; null for a new one.
 *
 * @throws GatewayError import_changed where it is gone
 */
export function rowOf<Row>(before: AnyEntity | null, rows: Rows<Row>): Row | null {
  if (before === null) return null;
  return still(rows.get(before.uid ?? ""));
}

/** @throws GatewayError import_changed for what is not there any more */
export function still<Value>(found: Value | undefined): Value {
  if (found === undefined) throw new GatewayError("import_changed");
  return found;
}

/** Of a new entity: the same here as in its file, where that is free. */
export const newId = ({ uid }: AnyEntity, rows: Rows<unknown>): string =>
  uid !== null && UUID.test(uid) && rows.get(uid) === undefined ? uid : randomUUID();

/** @throws GatewayError import_changed where there was nothing to change */
export function changed(isThere: boolean): void {
  if (!isThere) throw new GatewayError("import_changed");
}

/** As {@link randomUUID} writes them. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const nothing = (): void => {};
