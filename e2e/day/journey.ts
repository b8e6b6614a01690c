import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { FAULTS } from "../fixtures/http-plumbing.ts";
import type { HttpServer } from "../fixtures/http-server.ts";

const SERVER = resolve("e2e/fixtures/http-server.ts");
const MOVING = pathToFileURL(resolve("e2e/day/moving-machine.ts")).href;

/**
 * A laptop that is closed, carried away and opened elsewhere, as its gateway sees it. On the way a
 * remote server of its own is frozen, and a portal stands before another one.
 */
export class Journey {
  /** What the gateway is started with. */
  readonly env: NodeJS.ProcessEnv;
  readonly farUrl: string;
  readonly #far: ChildProcess;
  readonly #address: string;

  private constructor(root: string, far: ChildProcess, farUrl: string) {
    this.#far = far;
    this.farUrl = farUrl;
    this.#address = join(root, "address");
    this.#enter("192.0.2.7");
    this.env = { NODE_OPTIONS: `--import ${MOVING}`, DAY_ADDRESS: this.#address };
  }

  static async prepare(root: string): Promise<Journey> {
    const far = spawn(process.execPath, [SERVER], { stdio: ["ignore", "pipe", "inherit"] });
    const [url]: unknown[] = await once(createInterface(far.stdout), "line");
    return new Journey(root, far, String(url));
  }

  /** It wakes up where the far server answers nobody, and the near one's address is another's. */
  sleep(gateway: ChildProcess, near: HttpServer): void {
    this.#far.kill("SIGSTOP");
    near.setFault(() => FAULTS.notFound);
    gateway.kill("SIGUSR2");
  }

  /** Both are as before, and the network is another one. */
  arrive(near: HttpServer): void {
    this.#far.kill("SIGCONT");
    near.setFault(undefined);
    this.#enter("198.51.100.7");
  }

  close(): void {
    this.#far.kill("SIGKILL");
  }

  #enter(address: string): void {
    writeFileSync(this.#address, address);
  }
}
