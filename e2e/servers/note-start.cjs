// Goes before a server (`node --require`): each start of its process leaves a line in a file.
const { appendFileSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

if (isMainThread) {
  appendFileSync(process.env.E2E_STARTS_FILE, `${process.pid}\n`);
  // What the server starts itself is not counted.
  delete process.env.NODE_OPTIONS;
}
