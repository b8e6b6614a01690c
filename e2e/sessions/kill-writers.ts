import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { openStorage } from "../../packages/sessions/src/open-storage.ts";
import type { SessionData } from "../../packages/sessions/src/session-data.ts";
import type { StorageChoice } from "../../packages/sessions/src/storage-choice.ts";
import { clientOf } from "./words.ts";

/** What a writer said, until it was killed. */
async function writeUntil(choice: StorageChoice, name: string, lines: number): Promise<string[]> {
  const script = join(import.meta.dirname, "writer.ts");
  const writer = spawn(process.execPath, [script, JSON.stringify(choice), name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  const ended = once(writer, "exit");
  writer.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said.split("\n").length > lines) writer.kill("SIGKILL");
  });
  const [code] = await ended;
  if (code !== null) throw new Error(`the writer ended by itself, with ${code}`);
  return said.split("\n").slice(0, -1);
}

/** What of a sign-in is neither as it was made nor as it was changed. */
const isHalf = ({ sessionId, serverName, active }: SessionData): boolean =>
  !(active ? serverName === "My MCP Server" : serverName === sessionId);

/**
 * Lets two processes write to one store at once and kills both in the middle, again and again. After
 * each time the store is opened anew.
 *
 * @returns what was acknowledged and is not there, or is there by half; and how much was acknowledged
 */
export async function killWriters(
  choice: StorageChoice,
  kills: number,
): Promise<{ faults: string[]; writes: number }> {
  const faults: string[] = [];
  let writes = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const before = await openStorage(choice);
    await before.backend.clearAll();
    await before.backend.removeClientSession("shared");
    await before.backend.createClientSession(clientOf("shared"));
    await before.close();
    // Each time in the middle of another write.
    const said = await Promise.all(
      ["one", "two"].map((name, writer) =>
        writeUntil(choice, name, 5 + ((kill * 7 + writer * 3) % 40)),
      ),
    );
    writes += said.flat().length;
    const opened = await openStorage(choice);
    const { backend } = opened;
    try {
      const signIns = await backend.getIdentitySessionsData("writer");
      const there = new Map(signIns.map((session) => [session.sessionId, session]));
      const shared = new Set((await backend.getClientSession("shared"))?.subscriptions);
      for (const session of signIns.filter(isHalf)) faults.push(`half: ${session.sessionId}`);
      for (const line of said.flat()) {
        const [what, id = ""] = line.split(" ");
        const isKept =
          what === "subscribed"
            ? shared.has(id)
            : there.get(id)?.active === false || (what === "created" && there.has(id));
        if (!isKept) faults.push(`lost: ${line}`);
      }
    } finally {
      await opened.close();
    }
  }
  return { faults, writes };
}
