/**
 * Servers that run outside of the gateway: `node control.ts`, with a JSON list of commands, each
 * `[command, ...args]`, on stdin. Shakes hands with each, prints `ready` when each has written
 * something, reads on and drops it, and kills
 * them when stdin ends.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";

const HANDSHAKE = [
  {
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "control", version: "1" },
    },
  },
  { method: "notifications/initialized" },
  { id: 2, method: "tools/list" },
];
const handshake = HANDSHAKE.map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

const commands = z.array(z.tuple([z.string()], z.string()));
const input = createInterface(process.stdin);
input.once("line", (line) => {
  const speaking: Promise<void>[] = [];
  const children = commands.parse(JSON.parse(line)).map(([command, ...args]) => {
    const child = spawn(command, args, { stdio: "pipe" });
    const speaks = new Promise<void>((resolve) => {
      child.stdout.on("data", () => resolve());
      child.stderr.on("data", () => resolve());
    });
    speaking.push(speaks);
    // A server may end while it is written to.
    child.stdin.on("error", () => {});
    child.stdin.write(handshake.join(""));
    return child;
  });
  void Promise.all(speaking).then(() => console.log("ready"));
  input.on("close", () => {
    for (const child of children) child.kill("SIGKILL");
  });
});
