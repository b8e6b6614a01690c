// A browser and nothing else: what a person looks at pages with, for tests of what a page can do.
const { app, BrowserWindow } = require("electron");
const { mkdtempSync } = require("node:fs");

app.setPath("userData", mkdtempSync(`${process.env.HOME}/browser-`));
void app.whenReady().then(() => new BrowserWindow().loadURL("about:blank"));
