import { openStorage } from "./open-storage.ts";
import type { StorageChoice } from "./storage-choice.ts";

/** Takes a lock, says so, and keeps it until it is killed. */
const [type, url = "", name = ""] = process.argv.slice(2);
const choice: StorageChoice = { type: type === "redis" ? "redis" : "postgres", url };
const { shared } = await openStorage(choice);
await shared?.exclusively(name, async () => {
  process.stdout.write("locked\n");
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
