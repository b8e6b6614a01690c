import { once } from "node:events";
import { z } from "zod";

const targets = z.tuple([z.object({ webSocketDebuggerUrl: z.url() })], z.unknown());
const answer = z.object({
  result: z.object({
    result: z.object({ value: z.unknown() }).optional(),
    exceptionDetails: z.unknown().optional(),
  }),
});

/**
 * Evaluates an expression in the main process whose inspector listens at that port, and resolves
 * with its value once it is there. `require` is the main process's own.
 */
export const evaluateInMain = async (port: number, expression: string): Promise<unknown> => {
  const list: unknown = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  const [{ webSocketDebuggerUrl }] = targets.parse(list);
  const socket = new WebSocket(webSocketDebuggerUrl);
  await once(socket, "open");
  const params = {
    // The inspector breaks into whatever runs. A module that was only half loaded then would be
    // seen half loaded, so the expression waits for a turn of its own. `require` is there for the
    // first one alone.
    expression: `((require) => new Promise((done) => setImmediate(done)).then(() => ${expression}))(require)`,
    awaitPromise: true,
    returnByValue: true,
    includeCommandLineAPI: true,
  };
  socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params }));
  const [message]: unknown[] = await once(socket, "message");
  socket.close();
  if (!(message instanceof MessageEvent)) throw new Error("The inspector does not answer.");
  const { result } = answer.parse(JSON.parse(String(message.data)));
  if (result.exceptionDetails) throw new Error(JSON.stringify(result.exceptionDetails));
  return result.result?.value;
};
