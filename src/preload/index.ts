import { ipcRenderer } from "electron";

/** Named again in src/renderer/app/link.ts and src/main/ipc.ts: the three share no code. */
const HANDSHAKE = "local-mcp-gateway:port";

// The page asks for its line to the main process by posting one end of it. Nothing else crosses.
window.addEventListener("message", (event) => {
  if (event.source !== window || event.origin !== window.location.origin) return;
  if (event.data !== HANDSHAKE || event.ports.length !== 1) return;
  ipcRenderer.postMessage(HANDSHAKE, null, [...event.ports]);
});
