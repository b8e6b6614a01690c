import { GatewayError } from "@local-mcp/contract";
import { isSqliteError } from "../sqlite.ts";

/**
 * Runs a write whose only unique column is a name that people choose.
 * @throws GatewayError name_taken
 */
export const naming = <T>(kind: string, name: string | undefined, write: () => T): T => {
  try {
    return write();
  } catch (error) {
    if (name !== undefined && isSqliteError(error, "SQLITE_CONSTRAINT_UNIQUE")) {
      throw new GatewayError("name_taken", { kind, name }, { cause: error });
    }
    throw error;
  }
};
