// Goes before the app (`electron -r`): Electron says “ready” to the app once Playwright is there,
// which calls `__playwright_run`. Without it a page that is created while Playwright attaches is
// lost to it now and then. Playwright's own script of this kind also sets the password store.
const { app } = require("electron");

// What Playwright and this script put before the app's own arguments is not for the app.
process.argv.splice(1, process.argv.indexOf("--remote-debugging-port=0"));

const emit = app.emit.bind(app);
const ready = app.whenReady();
let announced;
let isReady = false;
let attached;
const whenAttached = new Promise((resolve) => {
  attached = resolve;
});
app.emit = (event, ...args) => {
  if (event !== "ready") return emit(event, ...args);
  announced = args;
  return app.listenerCount("ready") > 0;
};
app.isReady = () => isReady;
app.whenReady = () => whenAttached;
globalThis.__playwright_run = async () => {
  await ready;
  isReady = true;
  attached();
  emit("ready", ...announced);
};
