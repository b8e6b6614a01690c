// What an Electron app costs that does nothing: one sandboxed window with a page of one line.
import { app, BrowserWindow } from "electron";
import { fileURLToPath } from "node:url";

const tell = (event) => process.stdout.write(`${JSON.stringify({ event })}\n`);

app.enableSandbox();
// Stays when its window is gone, as ours does.
app.on("window-all-closed", () => {});

const open = async () => {
  const window = new BrowserWindow({
    width: 1120,
    height: 740,
    show: false,
    webPreferences: { sandbox: true, contextIsolation: true },
  });
  window.once("ready-to-show", () => {
    window.show();
    tell("ready-to-show");
  });
  await window.loadFile(fileURLToPath(new URL("index.html", import.meta.url)));
};

// Not awaited here: Electron is ready only once this module has been read to its end.
void app.whenReady().then(open);
