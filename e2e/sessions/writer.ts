import { openStorage } from "../../packages/sessions/src/open-storage.ts";
import { signIn } from "./words.ts";

/**
 * Writes to a store until it is killed, and says each write once it is acknowledged:
 * `writer.ts CHOICE NAME`. It makes sign-ins of its own and changes each of them, and subscribes
 * the one session that all writers share.
 */
const [choice = "", name = ""] = process.argv.slice(2);
const { backend } = await openStorage(JSON.parse(choice));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

for (let at = 0; ; at += 1) {
  const id = `${name}-${at}`;
  await backend.createSession(signIn(id, "writer"));
  say(`created ${id}`);
  await backend.updateSession("writer", id, { serverName: id, active: false });
  say(`updated ${id}`);
  await backend.updateClientSession("shared", ({ subscriptions }) => ({
    subscriptions: [...subscriptions, id],
  }));
  say(`subscribed ${id}`);
}
