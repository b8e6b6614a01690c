import type { Connection } from "@local-mcp/database";
import type { Kept } from "./newer-truth.ts";
import { openedWays } from "./opened-ways.ts";
import { told } from "./words.ts";

/**
 * Makes a staged database one that starts no command and listens to no other computer until a person
 * has said so: of a file from elsewhere that nobody was shown. To be run in a transaction.
 */
export const holdBack = (staged: Connection): Kept => {
  const commands = staged
    .prepare(
      "UPDATE mcp_servers SET confirmed_hash = NULL WHERE confirmed_hash IS NOT NULL RETURNING name",
    )
    .pluck()
    .all();
  const listens = staged.prepare("DELETE FROM settings WHERE key = 'host'").run().changes > 0;
  return {
    stays: listens ? ["Only this computer is listened to, as long as nothing else is set."] : [],
    notes: [
      ...told(
        commands.map(String),
        (names) => `Commands start once they are allowed on this computer: ${names}.`,
      ),
      ...openedWays(staged, null),
    ],
  };
};
