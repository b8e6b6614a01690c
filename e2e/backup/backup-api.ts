import { readFileSync } from "node:fs";
import { join } from "node:path";
import { backupJob, type BackupJob, backupView, type BackupView } from "@local-mcp/contract";
import { z } from "zod";
import { pause } from "../command-line.ts";

const runtime = z.object({ url: z.url(), token: z.string() });
const jobAnswer = z.object({ job: backupJob.nullable() });
const listAnswer = z.object({ backups: z.array(backupView) });

/** Backups of a gateway that serves, over HTTP, with the token that it left for its user. */
export class BackupApi {
  readonly #runtime: z.infer<typeof runtime>;

  constructor(dataDir: string) {
    this.#runtime = runtime.parse(JSON.parse(readFileSync(join(dataDir, "runtime.json"), "utf8")));
  }

  async create(passphrase: string): Promise<BackupView> {
    return backupView.parse(await this.#request("POST", "", { passphrase }));
  }

  async list(): Promise<BackupView[]> {
    return listAnswer.parse(await this.#request("GET", "")).backups;
  }

  async restore(backup: string, passphrase: string): Promise<BackupJob> {
    const path = `/${encodeURIComponent(backup)}/restore`;
    return backupJob.parse(await this.#request("POST", path, { passphrase }));
  }

  /** Null while nothing answers, which a restore brings about for a moment. */
  async job(): Promise<BackupJob | null> {
    const answer = await this.#request("GET", "/job").catch(() => null);
    return answer === null ? null : jobAnswer.parse(answer).job;
  }

  /** @returns the job once it has come to an end, however it did */
  async ended(id: string, everyMs = 20): Promise<BackupJob> {
    for (;;) {
      const job = await this.job();
      if (job?.id === id && job.state !== "running") return job;
      await pause(everyMs);
    }
  }

  async #request(method: string, path: string, body?: object): Promise<unknown> {
    const { url, token } = this.#runtime;
    const response = await fetch(`${url}/api/backups${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.json();
  }
}
