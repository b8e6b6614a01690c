import { BackupApi } from "../e2e/backup/backup-api.ts";
import { pause } from "../e2e/command-line.ts";
import type { Ran, Timed } from "./backup-report.ts";
import { ProbedGateway } from "./probed-gateway.ts";

const PASSPHRASE = "correct horse battery staple";
const POLL_MS = 20;
const AT_REST_MS = 2000;

/** A gateway, and what is asked of it here. */
interface Measured {
  gateway: ProbedGateway;
  api: BackupApi;
}

/** Begins a job and waits for its end; phases as far as they were seen. */
const timed = async ({ gateway, api }: Measured, begin: () => Promise<unknown>): Promise<Timed> => {
  const before = await api.job();
  const phases: Record<string, number> = {};
  gateway.begin();
  const began = performance.now();
  const beginning = begin();
  let seen = began;
  for (;;) {
    await pause(POLL_MS);
    const job = await api.job();
    const isThis = job !== null && job.id !== before?.id;
    const now = performance.now();
    const phase = isThis && job.state === "running" ? job.phase : "other";
    phases[phase] = (phases[phase] ?? 0) + now - seen;
    seen = now;
    if (isThis && job.state === "failed") throw new Error(job.problem?.message);
    if (isThis && job.state === "done") break;
  }
  await beginning;
  const ms = performance.now() - began;
  return { ms, phases, ...(await gateway.end()) };
};

/** One backup, and it is restored. */
export const measureBackup = async (dataDir: string): Promise<Ran> => {
  const gateway = await ProbedGateway.start(dataDir);
  const api = new BackupApi(dataDir);
  const measured = { gateway, api };
  try {
    gateway.begin();
    await pause(AT_REST_MS);
    const atRest = await gateway.end();
    const backup = await timed(measured, () => api.create(PASSPHRASE));
    const [made] = await api.list();
    if (!made) throw new Error("there is no backup");
    const restore = await timed(measured, () => api.restore(made.id, PASSPHRASE));
    return { bytes: made.bytes, atRest, backup, restore };
  } finally {
    await gateway.close();
  }
};
