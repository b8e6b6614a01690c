import { openPostgres } from "./open.ts";

/** Takes a lock, says so, and keeps it until it is killed. */
const [url = "", name = ""] = process.argv.slice(2);
const { shared } = await openPostgres(url);
await shared.exclusively(name, async () => {
  process.stdout.write("locked\n");
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
