import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { acceptPorts, CHANNEL } from "./ipc.ts";

/** What of a port is used before it is served. */
const createPort = () => ({ start: vi.fn<() => void>(), close: vi.fn<() => void>() });
type Port = ReturnType<typeof createPort>;
interface PortMessage {
  ports: Port[];
  senderFrame: { url: string };
}

const setUp = (isOurs: boolean) => {
  const ipcMain = new EventEmitter();
  const served: unknown[] = [];
  const refused: string[] = [];
  const line = acceptPorts({
    ipcMain,
    isOurs: (_event: PortMessage) => isOurs,
    serve: (port: Port) => served.push(port),
    onRefused: (url) => refused.push(url),
  });
  const send = (ports: Port[], message: unknown = null): void => {
    const event: PortMessage = { ports, senderFrame: { url: "https://evil.example/" } };
    ipcMain.emit(CHANNEL, event, message);
  };
  return { ipcMain, served, refused, line, send };
};

test("there is one channel, and it goes when it is closed", () => {
  const { ipcMain, line, send } = setUp(true);
  expect(ipcMain.eventNames()).toEqual(["local-mcp-gateway:port"]);
  const port = createPort();
  send([port]);
  line.close();
  expect(ipcMain.eventNames()).toEqual([]);
  expect(port.close).toHaveBeenCalledOnce();
});

test("a new port replaces the one before", () => {
  const { served, send } = setUp(true);
  const [first, second] = [createPort(), createPort()];
  send([first]);
  expect(first.start).toHaveBeenCalledOnce();
  expect(first.close).not.toHaveBeenCalled();
  send([second]);
  expect(first.close).toHaveBeenCalledOnce();
  expect(served).toEqual([first, second]);
});

test.each([
  ["from another frame", false, 1, null],
  ["without a port", true, 0, null],
  ["with two ports", true, 2, null],
  ["with a body", true, 1, { channel: "x" }],
])("a message %s is refused and its ports are closed", (_, isOurs, count, message) => {
  const { served, refused, send } = setUp(isOurs);
  const ports = Array.from({ length: count }, createPort);
  send(ports, message);
  expect(served).toEqual([]);
  expect(refused).toEqual(["https://evil.example/"]);
  for (const port of ports) expect(port.close).toHaveBeenCalledOnce();
});
