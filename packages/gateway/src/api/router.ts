import type { ServerUpdate } from "@local-mcp/contract";
import type { Audit } from "../audit/audit.ts";
import type { BackupsService } from "../backups/backups-service.ts";
import type { ClientsService } from "../clients/clients-service.ts";
import type { Connections } from "../clients/connections.ts";
import type { DoctorService } from "../doctor/doctor-service.ts";
import type { Events } from "../events.ts";
import type { LogsService } from "../logs/logs-service.ts";
import type { MetricsService } from "../metrics/metrics-service.ts";
import type { ProfilesService } from "../profiles/profiles-service.ts";
import type { PromptsService } from "../prompts/prompts-service.ts";
import type { ResourcesService } from "../resources/resources-service.ts";
import { sourceOf } from "../resources/source.ts";
import type { RootsService } from "../roots/roots-service.ts";
import type { PasteService } from "../servers/paste-service.ts";
import type { ServerDetails } from "../servers/server-details.ts";
import type { ServersService } from "../servers/servers-service.ts";
import type { SessionsService } from "../sessions/sessions-service.ts";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import type { SettingsService } from "../settings/settings-service.ts";
import type { SignIns } from "../sign-in/sign-ins.ts";
import type { Status } from "../status/status.ts";
import { DECIDES_REQUEST, isFolder, RUNS_SOMETHING } from "../tokens/needs-processes.ts";
import type { Principal } from "../tokens/principal.ts";
import type { Tokens } from "../tokens/tokens.ts";
import type { ToolChanges } from "../tool-changes/tool-changes.ts";
import type { ToolsService } from "../tools/tools-service.ts";
import type { Transfer } from "../transfer/create-transfer.ts";
import type { VaultService } from "../vault/vault-service.ts";
import { changeKeys, manage, requireRight, requireToReadSecrets } from "./context.ts";
import { createLogProcedures } from "./log-procedures.ts";
import { createSessionProcedures } from "./session-procedures.ts";
import { createTransferProcedures } from "./transfer-procedures.ts";

export interface Services {
  status: Status;
  /** Opens the endpoint where it is not open. */
  listen: () => Promise<unknown>;
  doctor: DoctorService;
  events: Events;
  servers: ServersService;
  details: ServerDetails;
  toolChanges: ToolChanges;
  signIns: SignIns;
  pastes: PasteService;
  clients: ClientsService;
  connections: Connections;
  profiles: ProfilesService;
  /** What the gateway defines itself. */
  local: {
    tools: ToolsService;
    prompts: PromptsService;
    resources: ResourcesService;
    roots: RootsService;
  };
  metrics: MetricsService;
  logs: LogsService;
  sessions: SessionsService;
  tokens: Tokens;
  runtimes: RuntimesService;
  settings: SettingsService;
  vault: VaultService;
  backups: BackupsService;
  transfer: Transfer;
  audit: Audit;
  /** Ends what was opened with a token that is not valid any more. */
  endToken: (tokenId: string) => Promise<void>;
}

const done = { ok: true } as const;

/** The contract, carried out. Each line only picks the service; what is decided is decided there. */
export function createRouter(services: Services) {
  const { status, listen, doctor, events, servers, profiles, tokens, settings, vault } = services;
  const { tools, prompts, resources, roots } = services.local;
  const { metrics } = services;
  const { details, toolChanges, signIns, pastes, clients, connections, audit, endToken, backups } =
    services;

  /** What is open to every program here is open to who opened it. */
  const mayOpen = (principal: Principal, allowWithoutToken: boolean | undefined): void => {
    if (allowWithoutToken === true) requireRight(principal, "use");
  };
  /** What starts a process on this computer needs the right to. */
  const mayRun = (principal: Principal, server: string): void => {
    if (servers.find(server).transport === "stdio") requireRight(principal, "processes");
  };
  const mayChange = (principal: Principal, server: string, changes: ServerUpdate): void => {
    const becomes = changes.transport === "stdio" || changes.command !== undefined;
    const runs = servers.find(server).transport === "stdio" || becomes;
    const isAbout = runs && RUNS_SOMETHING.some((field) => changes[field] !== undefined);
    // Whoever has them sent elsewhere can read them, as a process that is given them can.
    if (isAbout || changes.keepSecrets === true) requireRight(principal, "processes");
  };

  /** What takes the place of everything starts other processes, and decides who else may. */
  const mayReplace = (principal: Principal): void => requireRight(principal, "processes");

  return manage.router({
    status: {
      get: manage.status.get.handler(() => status.ofGateway()),
      events: manage.status.events.handler(({ signal }) => events.watch(signal)),
      listen: manage.status.listen.handler(async () => {
        await listen();
        return status.ofGateway();
      }),
      doctor: manage.status.doctor.handler(async () => ({ findings: await doctor.examine() })),
    },
    servers: {
      list: manage.servers.list.handler(({ input }) => servers.list(input)),
      get: manage.servers.get.handler(({ input }) => servers.get(input.server)),
      create: manage.servers.create.handler(({ input, context }) => {
        if (input.config.transport === "stdio") requireRight(context.principal, "processes");
        return servers.create(input);
      }),
      update: manage.servers.update.handler(({ input, context }) => {
        mayChange(context.principal, input.server, input.changes);
        return servers.update(input.server, input.changes);
      }),
      remove: manage.servers.remove.handler(async ({ input }) => {
        await signIns.removing(servers.find(input.server));
        servers.remove(input.server);
        return done;
      }),
      test: manage.servers.test.handler(({ input, context }) => {
        mayRun(context.principal, input.server);
        return servers.test(input.server);
      }),
      restart: manage.servers.restart.handler(async ({ input, context }) => {
        mayRun(context.principal, input.server);
        await servers.restart(input.server);
        return done;
      }),
      output: manage.servers.output.handler(({ input }) => servers.output(input.server)),
      usage: manage.servers.usage.handler(() => servers.usage()),
      importFile: manage.servers.importFile.handler(async ({ input, context }) => ({
        rows: await pastes.importFile(input, context.principal.rights.includes("processes")),
      })),
      recognize: manage.servers.recognize.handler(({ input }) => pastes.recognize(input.text)),
      review: manage.servers.review.handler(({ input }) => details.review(input.server)),
      capabilities: manage.servers.capabilities.handler(({ input }) =>
        details.capabilities(input.server),
      ),
      activity: manage.servers.activity.handler(({ input }) => details.activity(input.server)),
      toolChanges: manage.servers.toolChanges.handler(({ input }) =>
        toolChanges.list(servers.find(input.server)),
      ),
      acceptTools: manage.servers.acceptTools.handler(({ input }) =>
        toolChanges.accept(servers.find(input.server), input.tools),
      ),
      callTool: manage.servers.callTool.handler(({ input, context, signal }) => {
        requireRight(context.principal, "use");
        mayRun(context.principal, input.server);
        return details.callTool(input.server, input.name, input.arguments, signal);
      }),
    },
    signIn: {
      start: manage.signIn.start.handler(({ input, context }) =>
        signIns.start(servers.find(input.server), input, context.principal),
      ),
      wait: manage.signIn.wait.handler(({ input, signal }) =>
        signIns.wait(servers.find(input.server), input.signIn, signal),
      ),
      finish: manage.signIn.finish.handler(({ input }) =>
        signIns.finish(servers.find(input.server), input.signIn, input.address),
      ),
      cancel: manage.signIn.cancel.handler(async ({ input }) => {
        await signIns.cancel(servers.find(input.server), input.signIn);
        return done;
      }),
      remove: manage.signIn.remove.handler(({ input }) =>
        signIns.remove(servers.find(input.server)),
      ),
    },
    profiles: {
      list: manage.profiles.list.handler(({ input }) => profiles.list(input)),
      get: manage.profiles.get.handler(({ input }) => profiles.get(input.profile)),
      create: manage.profiles.create.handler(({ input, context }) => {
        mayOpen(context.principal, input.allowWithoutToken);
        return profiles.create(input);
      }),
      update: manage.profiles.update.handler(({ input, context }) => {
        mayOpen(context.principal, input.changes.allowWithoutToken);
        return profiles.update(input.profile, input.changes);
      }),
      remove: manage.profiles.remove.handler(({ input }) => {
        profiles.remove(input.profile);
        return done;
      }),
      activate: manage.profiles.activate.handler(({ input }) => profiles.activate(input.profile)),
      duplicate: manage.profiles.duplicate.handler(({ input }) =>
        profiles.duplicate(input.profile, input),
      ),
      capabilities: manage.profiles.capabilities.handler(({ input }) =>
        profiles.capabilities(input.profile, input.kind),
      ),
      customize: manage.profiles.customize.handler(({ input }) =>
        profiles.customize(input.profile, input.changes),
      ),
      callTool: manage.profiles.callTool.handler(({ input, context, signal }) => {
        requireRight(context.principal, "use");
        return profiles.callTool(input.profile, input.name, input.arguments, signal);
      }),
    },
    tools: {
      list: manage.tools.list.handler(({ input }) => tools.list(input)),
      get: manage.tools.get.handler(({ input }) => tools.get(input.tool)),
      create: manage.tools.create.handler(({ input, context }) => {
        mayReachInside(context.principal, input.allowPrivateNetwork);
        return tools.create(input);
      }),
      update: manage.tools.update.handler(({ input, context }) => {
        // Whoever has them sent elsewhere can read them.
        if (input.changes.keepSecrets === true) requireRight(context.principal, "processes");
        const { changes } = input;
        const isOther = DECIDES_REQUEST.some((field) => changes[field] !== undefined);
        const { allowPrivateNetwork } = isOther ? tools.find(input.tool) : changes;
        mayReachInside(context.principal, changes.allowPrivateNetwork ?? allowPrivateNetwork);
        return tools.update(input.tool, input.changes);
      }),
      remove: manage.tools.remove.handler(({ input }) => {
        tools.remove(input.tool);
        return done;
      }),
      test: manage.tools.test.handler(({ input, context, signal }) => {
        requireRight(context.principal, "use");
        return tools.test(input.tool, input.arguments, signal);
      }),
      readOpenApi: manage.tools.readOpenApi.handler(({ input }) => tools.readOpenApi(input.text)),
      importOpenApi: manage.tools.importOpenApi.handler(({ input, context }) => {
        mayReachInside(context.principal, input.allowPrivateNetwork);
        return tools.importOpenApi(input);
      }),
    },
    prompts: {
      list: manage.prompts.list.handler(({ input }) => prompts.list(input)),
      get: manage.prompts.get.handler(({ input }) => prompts.get(input.prompt)),
      create: manage.prompts.create.handler(({ input }) => prompts.create(input)),
      update: manage.prompts.update.handler(({ input }) =>
        prompts.update(input.prompt, input.changes),
      ),
      remove: manage.prompts.remove.handler(({ input }) => {
        prompts.remove(input.prompt);
        return done;
      }),
      preview: manage.prompts.preview.handler(({ input }) => prompts.preview(input)),
    },
    resources: {
      list: manage.resources.list.handler(({ input }) => resources.list(input)),
      get: manage.resources.get.handler(({ input }) => resources.get(input.resource)),
      create: manage.resources.create.handler(({ input, context }) => {
        mayGiveFiles(context.principal, input.content.kind === "file");
        return resources.create(input);
      }),
      update: manage.resources.update.handler(({ input, context }) => {
        const { content, uri, enabled } = input.changes;
        const isMore = content !== undefined || uri !== undefined || enabled === true;
        const isFile = (content?.kind ?? resources.find(input.resource).contentKind) === "file";
        mayGiveFiles(context.principal, isMore && isFile);
        return resources.update(input.resource, input.changes);
      }),
      remove: manage.resources.remove.handler(({ input }) => {
        resources.remove(input.resource);
        return done;
      }),
      read: manage.resources.read.handler(({ input, context, signal }) => {
        requireRight(context.principal, "use");
        return resources.read(input.resource, input.variables, signal);
      }),
      source: manage.resources.source.handler(({ input }) =>
        sourceOf(resources.find(input.resource), (id) => roots.find(id).uri),
      ),
    },
    roots: {
      list: manage.roots.list.handler(({ input }) => roots.list(input)),
      get: manage.roots.get.handler(({ input }) => roots.get(input.root)),
      create: manage.roots.create.handler(({ input, context }) => {
        mayGiveFiles(context.principal, isFolder(input.uri));
        return roots.create(input);
      }),
      update: manage.roots.update.handler(({ input, context }) => {
        const { uri, enabled } = input.changes;
        const isMore = uri !== undefined || enabled === true;
        mayGiveFiles(context.principal, isMore && isFolder(uri ?? roots.find(input.root).uri));
        return roots.update(input.root, input.changes);
      }),
      remove: manage.roots.remove.handler(({ input }) => {
        roots.remove(input.root);
        return done;
      }),
    },
    metrics: {
      get: manage.metrics.get.handler(({ input }) => metrics.get(input)),
      reset: manage.metrics.reset.handler(({ input }) => metrics.reset(input)),
    },
    tokens: {
      list: manage.tokens.list.handler(() => tokens.list()),
      create: manage.tokens.create.handler(({ input, context }) => {
        // Nobody hands out more than they have.
        for (const right of input.rights) requireRight(context.principal, right);
        const profileId = input.profile === null ? null : profiles.find(input.profile).id;
        const created = tokens.create({ name: input.name, profileId, rights: input.rights });
        events.publish({ type: "tokens.changed" });
        return created;
      }),
      createTemporary: manage.tokens.createTemporary.handler(({ input, context }) => {
        requireRight(context.principal, "use");
        return tokens.createTemporary("bridge", profiles.find(input.profile).id);
      }),
      revoke: manage.tokens.revoke.handler(async ({ input }) => {
        await endToken(tokens.revoke(input.token));
        events.publish({ type: "tokens.changed" });
        return done;
      }),
    },
    runtimes: {
      get: manage.runtimes.get.handler(() => services.runtimes.view()),
      refresh: manage.runtimes.refresh.handler(() => services.runtimes.refresh()),
    },
    clients: {
      list: manage.clients.list.handler(() => clients.list()),
      snippets: manage.clients.snippets.handler(({ input }) =>
        connections.snippets(input?.profile),
      ),
      test: manage.clients.test.handler(({ input }) =>
        connections.test(input.profile, input.token),
      ),
    },
    settings: {
      list: manage.settings.list.handler(() => settings.list()),
      update: manage.settings.update.handler(({ input, context }) => {
        if (KEPT_FROM_MANAGERS.some((key) => input[key] !== undefined)) {
          requireRight(context.principal, "processes");
        }
        return settings.update(input);
      }),
    },
    vault: {
      status: manage.vault.status.handler(() => vault.status()),
      unlock: manage.vault.unlock.handler(({ input }) => vault.unlock(input)),
      init: changeKeys.vault.init.handler(({ input }) => vault.init(input.passphrase)),
      addPassphrase: changeKeys.vault.addPassphrase.handler(({ input }) =>
        vault.addPassphrase(input.passphrase, input.label),
      ),
      addKeychain: changeKeys.vault.addKeychain.handler(() => vault.addKeychain()),
      addRecoveryKey: changeKeys.vault.addRecoveryKey.handler(() => vault.addRecoveryKey()),
      addEnvironment: changeKeys.vault.addEnvironment.handler(() => vault.addEnvironment()),
      changePassphrase: changeKeys.vault.changePassphrase.handler(({ input }) =>
        vault.changePassphrase(input.slot, input.passphrase),
      ),
      removeSlot: changeKeys.vault.removeSlot.handler(({ input }) => vault.removeSlot(input.slot)),
      rotate: changeKeys.vault.rotate.handler(() => vault.rotate()),
      reset: changeKeys.vault.reset.handler(() => vault.reset()),
    },
    backups: {
      list: manage.backups.list.handler(() => backups.list()),
      create: manage.backups.create.handler(({ input, context }) => {
        if (input.passphrase !== undefined) requireToReadSecrets(context.principal);
        return backups.create(input);
      }),
      verify: manage.backups.verify.handler(({ input }) => backups.verify(input)),
      preview: manage.backups.preview.handler(({ input }) => backups.preview(input)),
      restore: manage.backups.restore.handler(({ input, context }) => {
        mayReplace(context.principal);
        return backups.restore(input, context.principal);
      }),
      undo: manage.backups.undo.handler(({ context }) => {
        mayReplace(context.principal);
        return backups.undo(context.principal);
      }),
      remove: manage.backups.remove.handler(async ({ input }) => {
        await backups.remove(input.backup);
        return done;
      }),
      job: manage.backups.job.handler(() => ({ job: backups.job })),
      cancel: manage.backups.cancel.handler(() => {
        backups.cancel();
        return done;
      }),
      keepPassphrase: changeKeys.backups.keepPassphrase.handler(({ input }) =>
        backups.keepPassphrase(input.passphrase),
      ),
    },
    transfer: createTransferProcedures(services.transfer),
    logs: createLogProcedures(services.logs),
    sessions: createSessionProcedures(services.sessions),
    audit: {
      list: manage.audit.list.handler(({ input }) => audit.list(input)),
      export: manage.audit.export.handler(({ input }) => audit.export(input)),
    },
  });
}
export type Router = ReturnType<typeof createRouter>;

/**
 * What a tool says to a program of this computer or its network is up to who writes it, and some of
 * those programs start others at a word.
 *
 * @throws GatewayError token_lacks_right
 */
function mayReachInside(principal: Principal, allowPrivateNetwork = false): void {
  if (allowPrivateNetwork) requireRight(principal, "processes");
}

/**
 * A root opens a folder to every server that is told of it, and to clients by the resources that are
 * files inside it: as much as who starts processes can read, and nobody else.
 *
 * @throws GatewayError token_lacks_right
 */
function mayGiveFiles(principal: Principal, isFiles: boolean): void {
  if (isFiles) requireRight(principal, "processes");
}

/**
 * Settings that decide who gets to read what others send: secrets on their way to remote servers,
 * tokens on their way to the gateway, which another program may await where it was. How long it stays
 * on record who did what. And where backups are written, which could be any folder.
 */
const KEPT_FROM_MANAGERS = [
  "proxy",
  "noProxy",
  "extraCaFile",
  "host",
  "port",
  "auditKeepDays",
  "backupFolder",
] as const;
