/**
 * Goes before a gateway (`node --import`), so that its machine seems to sleep and to move: with
 * SIGUSR2 ten minutes pass in which no timer runs, and its address is what stands in the file DAY_ADDRESS.
 */
import { readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

const SLEEP_MS = 10 * 60_000;

const now = Date.now.bind(Date);
let slept = 0;
Date.now = () => now() + slept;
process.on("SIGUSR2", () => {
  slept += SLEEP_MS;
});

os.networkInterfaces = () => {
  const address = readFileSync(process.env.DAY_ADDRESS ?? "", "utf8");
  const cidr = `${address}/24`;
  const [netmask, mac] = ["255.255.255.0", "02:00:00:00:00:01"];
  return { wlan0: [{ address, cidr, netmask, mac, family: "IPv4", internal: false }] };
};
syncBuiltinESMExports();
