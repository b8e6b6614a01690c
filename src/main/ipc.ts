import { z } from "zod";

/** The one channel; named again in src/preload and src/renderer/app/link.ts. */
export const CHANNEL = "local-mcp-gateway:port";

const body = z.null();

/** What of a port is used here. */
interface Port {
  start: () => void;
  close: () => void;
}
/** What of a message is. */
interface PortMessage<P extends Port> {
  ports: P[];
  senderFrame: { url: string } | null;
}
interface Channels<E> {
  on: (channel: string, listener: (event: E, message: unknown) => void) => unknown;
  off: (channel: string, listener: (event: E, message: unknown) => void) => unknown;
}

/**
 * Takes the port that the app's own page sends, and nothing from anybody else. A new port replaces
 * the one before, whose page is gone.
 */
export function acceptPorts<P extends Port, E extends PortMessage<P>>(options: {
  ipcMain: Channels<E>;
  /** Whether the frame that sent it is the main frame of our window, showing our page. */
  isOurs: (event: E) => boolean;
  serve: (port: P) => void;
  onRefused: (url: string) => void;
}): { close: () => void } {
  const { ipcMain, isOurs, serve, onRefused } = options;
  let current: P | null = null;

  const accept = (event: E, message: unknown): void => {
    const [port, ...others] = event.ports;
    if (!port || others.length > 0 || !body.safeParse(message).success || !isOurs(event)) {
      for (const refused of event.ports) refused.close();
      onRefused(event.senderFrame?.url ?? "");
      return;
    }
    current?.close();
    current = port;
    serve(port);
    port.start();
  };
  ipcMain.on(CHANNEL, accept);
  return {
    close: () => {
      ipcMain.off(CHANNEL, accept);
      current?.close();
    },
  };
}
