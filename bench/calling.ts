/**
 * A client in a thread of its own, so that what it waits for is none of the work of other clients of
 * the benchmark: calls the tool `echo` again and again until it is told to stop, and then says what
 * each call took, ms.
 */
import { parentPort, workerData } from "node:worker_threads";
import { connect } from "./connect.ts";
import { echoCall, timed } from "./measure.ts";

const client = connect(workerData);
await client.initialize();
const call = echoCall(client, "echo");
await call();

const over = new AbortController();
parentPort?.once("message", () => over.abort());
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const post = (times: number[]): void => parentPort?.postMessage(times);

post([]);
const times: number[] = [];
while (!over.signal.aborted) times.push(...(await timed(1, call)));
await client.close();
post(times);
