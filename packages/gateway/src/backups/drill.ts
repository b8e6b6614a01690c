import { sealerOf, type Staged } from "@local-mcp/backup";
import { createDb, createSealedValueQueries } from "@local-mcp/database";
import { counted } from "@local-mcp/engine";
import { createStores } from "../stores.ts";

/**
 * Tries out a stage as a gateway would use it: opens its database, reads its lists, opens one
 * secret.
 *
 * @returns what was found, each as a sentence
 * @throws GatewayError database_damaged, secret_damaged
 */
export function drill({ database, keys }: Staged): string[] {
  const db = createDb({ path: database, isChecked: true });
  try {
    const { servers, profiles, tokens } = createStores(db);
    const lists = [
      counted(servers.list().length, "server"),
      counted(profiles.list().length, "profile"),
      counted(tokens.list().length, "access token"),
    ];
    return [
      "Its database opens.",
      `Its lists can be read: ${lists.join(", ")}.`,
      secretIn(createSealedValueQueries(db), keys),
    ];
  } finally {
    db.close();
  }
}

type SealedValues = ReturnType<typeof createSealedValueQueries>;

function secretIn(values: SealedValues, keys: Staged["keys"]): string {
  const held = values.count();
  if (held === 0) return "It holds no secret.";
  if (keys === null) return `It holds ${counted(held, "secret")}; no key at hand opens them.`;
  const [value] = values.beginningWith("v1.");
  if (value === undefined) return "It holds no secret.";
  sealerOf(keys).open(value.sealed, value.place);
  return `It holds ${counted(held, "secret")}; one was opened.`;
}
