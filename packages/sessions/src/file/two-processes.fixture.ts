import { FileStorageBackend } from "./file.ts";
import { session, START } from "../test-kit.ts";

/**
 * Makes sessions in a file until it is killed, or so many, and says the id of each that is kept.
 * Arguments: the path, a prefix of the ids, how many.
 */
const [path = "", prefix = "", count = "Infinity"] = process.argv.slice(2);
const store = new FileStorageBackend({ path }, { now: () => START });
for (let index = 0; index < Number(count); index += 1) {
  const sessionId = `${prefix}-${index}`;
  await store.createSession(session({ sessionId }));
  process.stdout.write(`${sessionId}\n`);
}
await store.disconnect();
