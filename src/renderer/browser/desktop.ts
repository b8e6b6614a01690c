import {
  desktopContract,
  type DesktopInfo,
  GatewayError,
  type Startup,
  type WindowCommand,
} from "@local-mcp/contract";
import { createRouterClient, implement, ORPCError } from "@orpc/server";
import { client } from "../app/api.ts";
import { chooseFile, download } from "./files.ts";
import { useSession } from "./session.ts";

const done = { ok: true } as const;

/** As the procedures of a gateway refuse. */
function refusal(error: GatewayError): ORPCError<string, unknown> {
  const { code, params, message, wayOut } = error;
  return new ORPCError(code.toUpperCase(), { message, data: { code, params, message, wayOut } });
}

const onlyInTheApp = async (): Promise<never> => {
  throw refusal(new GatewayError("page_without_desktop"));
};

/** Says what there is to say at once, and then nothing for as long as somebody listens. */
async function* then<Said>(said: readonly Said[], signal: AbortSignal | undefined) {
  yield* said;
  if (signal?.aborted) return;
  // oxlint-disable-next-line promise/avoid-new -- events that have no promise
  await new Promise((resolve) => signal?.addEventListener("abort", resolve));
}

const platformOf = (agent: string): DesktopInfo["platform"] =>
  /Mac/.test(agent) ? "darwin" : /Windows/.test(agent) ? "win32" : "linux";

/** Bytes on their way to or from the gateway, which are beside its contract. */
async function transfer(path: string, file?: File): Promise<Response> {
  const authorization = `Bearer ${useSession.getState().token ?? ""}`;
  const answer = await fetch(`/api/backups/${path}`, {
    method: file === undefined ? "GET" : "POST",
    headers: { authorization, ...(file && { "content-type": "application/octet-stream" }) },
    body: file ?? null,
  });
  if (answer.ok) return answer;
  const { error } = await answer.json();
  throw new ORPCError("REFUSED", { status: answer.status, data: error });
}

const os = implement(desktopContract);

const router = os.router({
  info: os.info.handler(async () => {
    const { version, dataDir } = await client.status.get();
    const platform = platformOf(navigator.userAgent);
    return { platform, version, electron: "", packaged: true, dataDir, tray: false };
  }),
  startup: os.startup.handler(({ signal }) => then<Startup>([{ state: "ready" }], signal)),
  commands: os.commands.handler(({ signal }) => then<WindowCommand>([], signal)),
  copyText: os.copyText.handler(async ({ input }) => {
    await navigator.clipboard.writeText(input.text);
    return done;
  }),
  openExternal: os.openExternal.handler(({ input }) => {
    window.open(input.url, "_blank", "noopener,noreferrer");
    return done;
  }),
  setTitle: os.setTitle.handler(({ input }) => {
    document.title = `${input.title} · Local MCP Gateway`;
    return done;
  }),
  openServersFile: os.openServersFile.handler(async () => {
    const file = await chooseFile(".json,.jsonc,.toml,.txt");
    return file && { name: file.name, text: await file.text() };
  }),
  saveExport: os.saveExport.handler(async ({ input }) => {
    const { text, ...made } = await client.transfer.export(input);
    download(made.name, text, "application/json");
    return made;
  }),
  saveAudit: os.saveAudit.handler(async ({ input }) => {
    const { text, entries } = await client.audit.export(input);
    const name = `audit-log-${new Date().toISOString().slice(0, 10)}.jsonl`;
    download(name, text, "application/jsonl");
    return { name, entries };
  }),
  saveLogs: os.saveLogs.handler(async function* ({ input, signal }) {
    const texts: string[] = [];
    let rows = 0;
    let next: number | null = null;
    do {
      const from: { after?: number } = next === null ? {} : { after: next };
      const part = await client.logs.export({ ...input, ...from }, { signal });
      texts.push(part.text);
      rows += part.rows;
      next = part.next;
      yield { rows, name: null };
    } while (next !== null);
    const name = `debug-logs-${new Date().toISOString().slice(0, 10)}.${input.format}`;
    download(name, new Blob(texts), "application/json");
    yield { rows, name };
  }),
  chooseBackup: os.chooseBackup.handler(async () => {
    const file = await chooseFile(".age,.db");
    if (file === null) return null;
    const answer = await transfer(`files?name=${encodeURIComponent(file.name)}`, file);
    const { backup } = await answer.json();
    return { backup: String(backup), name: file.name };
  }),
  saveBackup: os.saveBackup.handler(async ({ input: { backup } }) => {
    const answer = await transfer(`${encodeURIComponent(backup)}/file`);
    download(backup, await answer.blob(), "application/octet-stream");
    return { name: backup };
  }),
  saveRecoverySheet: os.saveRecoverySheet.handler(({ input }) => {
    const name = "local-mcp-gateway-recovery.txt";
    const text = `Passphrase for backups of Local MCP Gateway\n\n${input.passphrase}\n`;
    download(name, text, "text/plain");
    return { name };
  }),
  recovery: os.recovery.handler(() => ({ backups: [] })),
  recoveryJob: os.recoveryJob.handler(() => ({ job: null })),
  retryStart: os.retryStart.handler(onlyInTheApp),
  recover: os.recover.handler(onlyInTheApp),
  cancelRecovery: os.cancelRecovery.handler(onlyInTheApp),
  openDataFolder: os.openDataFolder.handler(onlyInTheApp),
  chooseDataFolder: os.chooseDataFolder.handler(onlyInTheApp),
  chooseProgram: os.chooseProgram.handler(onlyInTheApp),
  chooseFolder: os.chooseFolder.handler(onlyInTheApp),
  showBackup: os.showBackup.handler(onlyInTheApp),
  showExport: os.showExport.handler(onlyInTheApp),
  copyDiagnostics: os.copyDiagnostics.handler(onlyInTheApp),
  showWindowOfHolder: os.showWindowOfHolder.handler(onlyInTheApp),
  quit: os.quit.handler(onlyInTheApp),
});

/** What the pages ask of the desktop, as far as a page in a browser can do it itself. */
export const browserDesktop = createRouterClient(router);
