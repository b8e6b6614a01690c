/**
 * The least that a process between two others can do over HTTP: takes a request whole, sends it
 * on, sends the answer back. The yardstick for what a gateway adds. `node raw-hop.ts PORT TO_PORT`.
 */
import { Agent, createServer, request, type IncomingMessage } from "node:http";

const [port, toPort] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true });

const whole = (message: IncomingMessage, use: (body: Buffer) => void) => {
  const chunks: Buffer[] = [];
  message.on("data", (chunk: Buffer) => chunks.push(chunk));
  message.on("end", () => use(Buffer.concat(chunks)));
};

const server = createServer((incoming, outgoing) => {
  const { url: path, method, headers } = incoming;
  whole(incoming, (body) => {
    const options = { agent, host: "127.0.0.1", port: toPort, path, method, headers };
    const onward = request(options, (answer) => {
      whole(answer, (answerBody) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(answerBody);
      });
    });
    onward.on("error", () => outgoing.writeHead(502).end());
    onward.end(body);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(port, "127.0.0.1");
