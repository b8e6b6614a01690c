/** The same over stdio, in one era: `node upstream-stdio.ts legacy|modern`. */
import { isMessage, lineReader } from "../e2e/fixtures/json-rpc.ts";
import { answerTo } from "./upstream-answers.ts";

const face = process.argv[2] === "modern" ? "modern" : "legacy";

process.stdin.on(
  "data",
  lineReader((line) => {
    const message: unknown = JSON.parse(line);
    if (!isMessage(message) || message.method === undefined) throw new Error("not a request");
    if (message.id === undefined) return;
    process.stdout.write(`${JSON.stringify(answerTo(message, face))}\n`);
  }),
);
