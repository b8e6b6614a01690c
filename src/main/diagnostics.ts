import type { ContractRouterClient } from "@orpc/contract";
import type { Contract, DesktopInfo, Startup } from "@local-mcp/contract";
import type { Redactor } from "@local-mcp/gateway";

export interface DiagnosticsInput {
  info: DesktopInfo;
  /** Name and version of each part, such as node and chrome. */
  versions: Record<string, string>;
  startup: Startup;
  /** Null while there is no gateway. */
  api: ContractRouterClient<Contract> | null;
  /** The last lines of the app's log. */
  log: readonly string[];
  redactor: Redactor;
  home: string;
}

/**
 * What helps somebody else to find a fault, as text for a report. Holds no secret, no output of a
 * server and no name of the person whose computer it is.
 */
export async function describeForReport(input: DiagnosticsInput): Promise<string> {
  const { info, versions, startup, api, log, redactor, home } = input;
  const facts = redactor.json({
    app: info,
    versions,
    startup,
    gateway: api && (await gatewayFacts(api)),
  });
  const text = ["```json", JSON.stringify(facts, null, 2), "```", "", "```", ...log, "```", ""];
  return withoutHome(text.join("\n"), home);
}

/** Also as JSON writes it, with its backslashes doubled, and doubled again within text in JSON. */
function withoutHome(text: string, home: string): string {
  // Who has no home folder of their own has “/”, which is in every path.
  if (home.length < 2) return text;
  const doubled = home.replaceAll("\\", "\\\\");
  const forms = [doubled.replaceAll("\\", "\\\\"), doubled, home];
  return forms.reduce((clean, form) => clean.replaceAll(form, "~"), text);
}

const gatewayFacts = async (api: ContractRouterClient<Contract>): Promise<unknown> => {
  const [status, settings, vault, doctor] = await Promise.all([
    api.status.get(),
    api.settings.list(),
    api.vault.status(),
    api.status.doctor(),
  ]);
  return {
    state: status.state,
    url: status.url,
    problem: status.problem,
    startedAt: new Date(status.startedAt).toISOString(),
    sessions: status.sessions,
    // Titles, messages and output of servers are theirs; what state they are in is ours.
    servers: status.servers.map(({ enabled, status: server }) => ({
      enabled,
      state: server.state,
      reason: server.reason?.code ?? null,
      flags: server.flags,
    })),
    settings: settings.map(({ key, value, source }) => `${key} = ${value} (${source})`),
    vault: {
      state: vault.state,
      keys: vault.slots.map(({ provider }) => provider),
      keychain: vault.keychain,
    },
    doctor: doctor.findings.map(({ area, level, message }) => `${level}: ${area}: ${message}`),
  };
};
