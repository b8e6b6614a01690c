import { eventIterator, oc } from "@orpc/contract";
import { z } from "zod";
import { auditExport, auditFilter, auditPage, auditQuery } from "./audit.ts";
import {
  backupCreate,
  backupJob,
  backupOpen,
  backupPassphrase,
  backupReport,
  backupRestore,
  backupSelector,
  backupsView,
  backupVerify,
  backupView,
  recoverySheet,
  restorePreview,
} from "./backups.ts";
import { clientSnippet, clientsView, connectionTest } from "./clients.ts";
import { doctorFinding } from "./doctor.ts";
import { gatewayEvent } from "./events.ts";
import { exposedName, profileSlug, title } from "./names.ts";
import {
  capabilityKind,
  capabilityView,
  customization,
  profileCreate,
  profileUpdate,
  profileView,
} from "./profiles.ts";
import { localContract } from "./local-contract.ts";
import { logsContract } from "./logs-contract.ts";
import { metricsQuery, metricsReset, metricsView } from "./metrics.ts";
import { runtimesView } from "./runtimes.ts";
import {
  pasteChoice,
  recognition,
  serverActivity,
  serverCapability,
  serverCreate,
  serverImportRow,
  serverOutput,
  serverReview,
  serverTestResult,
  serverUpdate,
  serverUsageRow,
  serverView,
  warning,
} from "./servers.ts";
import {
  pastedAddress,
  scopeToken,
  signedOut,
  signInProgress,
  signInStarted,
  signInWay,
} from "./sign-in.ts";
import { noSecret, secretIn, secretOnce } from "./secret-fields.ts";
import { sessionsContract } from "./sessions-contract.ts";
import { settingsChange, settingView } from "./settings.ts";
import { done, nothing, tagged } from "./shapes.ts";
import { gatewayStatus } from "./status.ts";
import { seenTool, toolChange } from "./tool-changes.ts";
import { transferContract } from "./transfer-contract.ts";
import { tokenCreate, tokenCreated, tokenView } from "./tokens.ts";
import { FORGET_SECRETS, passphrase, vaultStatus, vaultUnlock } from "./vault.ts";

/**
 * Everything the gateway can be asked, once. The window calls it over a MessagePort, programs over
 * REST under /api, the command line in process or over REST.
 *
 * A server, tool or prompt is named by its `name` or id, a profile by its slug or id, a resource or
 * root by its URI or id, wherever one is referred to.
 */
const server = z.object({ server: z.string() });
const profile = z.object({ profile: z.string() });
const signIn = server.extend({ signIn: z.string() });

export const contract = {
  status: {
    get: oc.route({ method: "GET", path: "/status" }).input(nothing).output(gatewayStatus),
    events: oc
      .route({ method: "GET", path: "/events" })
      .input(nothing)
      .output(eventIterator(gatewayEvent)),
    doctor: oc
      .route({ method: "GET", path: "/doctor" })
      .input(nothing)
      .output(z.object({ findings: z.array(doctorFinding) })),
    /** Opens the endpoint where it is not open, for example after its port was taken. */
    listen: oc.route({ method: "POST", path: "/listen" }).input(nothing).output(gatewayStatus),
  },
  servers: {
    list: oc.route({ method: "GET", path: "/servers" }).input(tagged).output(z.array(serverView)),
    get: oc.route({ method: "GET", path: "/servers/{server}" }).input(server).output(serverView),
    create: oc
      .route({ method: "POST", path: "/servers", successStatus: 201 })
      .input(serverCreate)
      .output(z.object({ server: serverView, warnings: z.array(warning) })),
    update: oc
      .route({ method: "PATCH", path: "/servers/{server}" })
      .input(server.extend({ changes: serverUpdate }))
      .output(z.object({ server: serverView, warnings: z.array(warning) })),
    remove: oc.route({ method: "DELETE", path: "/servers/{server}" }).input(server).output(done),
    /** Starts the server if need be, lists it, and says how that went. */
    test: oc
      .route({ method: "POST", path: "/servers/{server}/test" })
      .input(server)
      .output(serverTestResult),
    restart: oc
      .route({ method: "POST", path: "/servers/{server}/restart" })
      .input(server)
      .output(done),
    output: oc
      .route({ method: "GET", path: "/servers/{server}/output" })
      .input(server)
      .output(serverOutput),
    /**
     * Memory and CPU of the servers that have processes here. Not under /servers, where a server
     * may have any name.
     */
    usage: oc
      .route({ method: "GET", path: "/usage" })
      .input(nothing)
      .output(z.array(serverUsageRow)),
    /** What the server itself offers, before any profile chooses from it. */
    capabilities: oc
      .route({ method: "GET", path: "/servers/{server}/capabilities" })
      .input(server)
      .output(z.array(serverCapability)),
    /** The tools that are not as they were accepted, in the server's order. */
    toolChanges: oc
      .route({ method: "GET", path: "/servers/{server}/tool-changes" })
      .input(server)
      .output(z.array(toolChange)),
    /** Accepts tools as they were seen, all of them or none. Answers with what is left. */
    acceptTools: oc
      .route({ method: "POST", path: "/servers/{server}/tool-changes" })
      .input(server.extend({ tools: z.array(seenTool).min(1) }))
      .output(z.array(toolChange)),
    /** Calls a tool of the server by its own name, for the person at this computer. */
    callTool: oc
      .route({ method: "POST", path: "/servers/{server}/call" })
      .input(
        server.extend({
          name: z.string(),
          arguments: z.record(z.string(), z.unknown()).default({}),
        }),
      )
      .output(z.object({ result: z.record(z.string(), z.unknown()), durationMs: z.number() })),
    /** What happened to the server since the gateway started, newest first. */
    activity: oc
      .route({ method: "GET", path: "/servers/{server}/activity" })
      .input(server)
      .output(z.array(serverActivity)),
    /** What would run, for the person who decides. Runs nothing of the server. */
    review: oc
      .route({ method: "GET", path: "/servers/{server}/review" })
      .input(server)
      .output(serverReview),
    /**
     * What a pasted text is: a command, a `claude mcp add` line, a URL, JSON or TOML of any client.
     * Stores nothing; no value that looks secret is in the answer.
     */
    recognize: oc
      .route({ method: "POST", path: "/servers/recognize" })
      .input(z.object({ text: secretIn(z.string().max(1024 * 1024)) }))
      .output(recognition),
    /**
     * Adds the servers of such a text, all or those chosen. Never consent to run anything.
     */
    importFile: oc
      .route({ method: "POST", path: "/servers/import" })
      .input(
        z.object({
          text: secretIn(z.string()),
          choices: z.array(pasteChoice).optional(),
          /** Slug of a profile that they join. */
          profile: z.string().optional(),
        }),
      )
      .output(z.object({ rows: z.array(serverImportRow) })),
  },
  signIn: {
    /**
     * Finds out how a server is signed in to and begins: what comes back is the page that a person
     * has to visit. Opens no browser. More scopes than before are asked for together with those.
     */
    start: oc
      .route({ method: "POST", path: "/servers/{server}/sign-in" })
      .input(
        server.extend({
          way: signInWay.default("browser"),
          scopes: z.array(scopeToken).max(100).optional(),
        }),
      )
      .output(signInStarted),
    /** Answers when the sign-in is over, and `waiting` after 20 s at the latest; then ask again. */
    wait: oc
      .route({ method: "GET", path: "/servers/{server}/sign-in/{signIn}" })
      .input(signIn)
      .output(signInProgress),
    /** The way back for a browser on another computer: the address that it was sent to. */
    finish: oc
      .route({ method: "POST", path: "/servers/{server}/sign-in/{signIn}" })
      .input(signIn.extend({ address: pastedAddress }))
      .output(signInProgress),
    cancel: oc
      .route({ method: "DELETE", path: "/servers/{server}/sign-in/{signIn}" })
      .input(signIn)
      .output(done),
    /** Signs out: forgets the tokens, and has the authorization server revoke them (RFC 7009). */
    remove: oc
      .route({ method: "DELETE", path: "/servers/{server}/sign-in" })
      .input(server)
      .output(signedOut),
  },
  profiles: {
    list: oc.route({ method: "GET", path: "/profiles" }).input(tagged).output(z.array(profileView)),
    get: oc
      .route({ method: "GET", path: "/profiles/{profile}" })
      .input(profile)
      .output(profileView),
    create: oc
      .route({ method: "POST", path: "/profiles", successStatus: 201 })
      .input(profileCreate)
      .output(profileView),
    update: oc
      .route({ method: "PATCH", path: "/profiles/{profile}" })
      .input(profile.extend({ changes: profileUpdate }))
      .output(profileView),
    remove: oc.route({ method: "DELETE", path: "/profiles/{profile}" }).input(profile).output(done),
    activate: oc
      .route({ method: "POST", path: "/profiles/{profile}/activate" })
      .input(profile)
      .output(profileView),
    /** A copy with the same servers and choices, under another slug. It has no tokens. */
    duplicate: oc
      .route({ method: "POST", path: "/profiles/{profile}/duplicate", successStatus: 201 })
      .input(profile.extend({ slug: profileSlug, name: title.optional() }))
      .output(profileView),
    /** What the profile offers, with what is turned off in it. */
    capabilities: oc
      .route({ method: "GET", path: "/profiles/{profile}/capabilities" })
      .input(profile.extend({ kind: capabilityKind.optional() }))
      .output(z.array(capabilityView)),
    customize: oc
      .route({ method: "POST", path: "/profiles/{profile}/capabilities" })
      .input(profile.extend({ changes: z.array(customization).min(1) }))
      .output(z.array(capabilityView)),
    /** Calls a tool as a client of the profile would; passes the router. */
    callTool: oc
      .route({ method: "POST", path: "/profiles/{profile}/call" })
      .input(
        profile.extend({
          name: z.union([exposedName, z.string()]),
          arguments: z.record(z.string(), z.unknown()).default({}),
        }),
      )
      .output(z.object({ result: z.record(z.string(), z.unknown()), durationMs: z.number() })),
  },
  ...localContract,
  ...sessionsContract,
  metrics: {
    get: oc.route({ method: "GET", path: "/metrics" }).input(metricsQuery).output(metricsView),
    reset: oc
      .route({ method: "POST", path: "/metrics/reset" })
      .input(metricsReset)
      .output(z.object({ calls: z.number().int() })),
  },
  tokens: {
    list: oc.route({ method: "GET", path: "/tokens" }).input(nothing).output(z.array(tokenView)),
    create: oc
      .route({ method: "POST", path: "/tokens", successStatus: 201 })
      .input(tokenCreate)
      .output(tokenCreated),
    /**
     * For the stdio bridge: valid for one profile until it is revoked, nobody has used it for a
     * day, or the gateway stops; never stored.
     */
    createTemporary: oc
      .route({ method: "POST", path: "/tokens/temporary", successStatus: 201 })
      .input(profile)
      .output(z.object({ id: z.string(), token: secretOnce(z.string()) })),
    revoke: oc
      .route({ method: "DELETE", path: "/tokens/{token}" })
      .input(z.object({ token: noSecret(z.string()) }))
      .output(done),
  },
  clients: {
    /** Who has used the endpoint since the gateway started, and what was seen of them. */
    list: oc.route({ method: "GET", path: "/clients" }).input(nothing).output(clientsView),
    /** What to paste into each client. Without a profile for the URL that follows the active one. */
    snippets: oc
      .route({ method: "GET", path: "/clients/snippets" })
      .input(z.object({ profile: z.string().optional() }).optional())
      .output(z.array(clientSnippet)),
    /** Goes the way of a client with this token, on the real URL. */
    test: oc
      .route({ method: "POST", path: "/clients/test" })
      .input(z.object({ profile: z.string().optional(), token: secretIn(z.string()).optional() }))
      .output(connectionTest),
  },
  runtimes: {
    get: oc.route({ method: "GET", path: "/runtimes" }).input(nothing).output(runtimesView),
    /** Asks the login shell again and looks for the programs anew. */
    refresh: oc
      .route({ method: "POST", path: "/runtimes/refresh" })
      .input(nothing)
      .output(runtimesView),
  },
  settings: {
    list: oc
      .route({ method: "GET", path: "/settings" })
      .input(nothing)
      .output(z.array(settingView)),
    update: oc
      .route({ method: "PATCH", path: "/settings" })
      .input(settingsChange)
      .output(z.array(settingView)),
  },
  vault: {
    status: oc.route({ method: "GET", path: "/vault" }).input(nothing).output(vaultStatus),
    init: oc
      .route({ method: "POST", path: "/vault" })
      .input(z.object({ passphrase }))
      .output(vaultStatus),
    unlock: oc
      .route({ method: "POST", path: "/vault/unlock" })
      .input(vaultUnlock)
      .output(vaultStatus),
    addPassphrase: oc
      .route({ method: "POST", path: "/vault/slots" })
      .input(z.object({ passphrase, label: z.string().max(100).optional() }))
      .output(vaultStatus),
    /** Another way to open the vault, for paper: the key is in this answer and never again. */
    addRecoveryKey: oc
      .route({ method: "POST", path: "/vault/recovery-key" })
      .input(nothing)
      .output(z.object({ status: vaultStatus, recoveryKey: secretOnce(z.string()) })),
    /** Lets the keychain of this system open the vault, which has to be open. */
    addKeychain: oc
      .route({ method: "POST", path: "/vault/keychain" })
      .input(nothing)
      .output(vaultStatus),
    /** The same for the AUTH_ENCRYPTION_SECRET that the gateway was started with. */
    addEnvironment: oc
      .route({ method: "POST", path: "/vault/environment" })
      .input(nothing)
      .output(vaultStatus),
    /** In the place of the passphrase that the slot had. */
    changePassphrase: oc
      .route({ method: "PUT", path: "/vault/slots/{slot}" })
      .input(z.object({ slot: z.string(), passphrase }))
      .output(vaultStatus),
    removeSlot: oc
      .route({ method: "DELETE", path: "/vault/slots/{slot}" })
      .input(z.object({ slot: z.string() }))
      .output(vaultStatus),
    /** Gives every secret a new data key, which all slots open; answers when that is done. */
    rotate: oc.route({ method: "POST", path: "/vault/rotate" }).input(nothing).output(vaultStatus),
    /** Forgets what no key opens any more, and nothing else that is configured. */
    reset: oc
      .route({ method: "POST", path: "/vault/reset" })
      .input(z.object({ confirm: z.literal(FORGET_SECRETS) }))
      .output(vaultStatus),
  },
  backups: {
    list: oc.route({ method: "GET", path: "/backups" }).input(nothing).output(backupsView),
    /** Answers when it is made and was read back; `job` says how far it is. */
    create: oc
      .route({ method: "POST", path: "/backups", successStatus: 201 })
      .input(backupCreate)
      .output(backupView),
    /** What is in a backup and what is not, after all of it was read. */
    verify: oc
      .route({ method: "POST", path: "/backups/{backup}/verify" })
      .input(backupVerify)
      .output(backupReport),
    /** What restoring it would do. Changes nothing. */
    preview: oc
      .route({ method: "POST", path: "/backups/{backup}/preview" })
      .input(backupOpen)
      .output(restorePreview),
    /**
     * Replaces everything. Answers when it has begun, since whoever asks over HTTP loses the
     * connection meanwhile; `job` says how it goes and went.
     */
    restore: oc
      .route({ method: "POST", path: "/backups/{backup}/restore", successStatus: 202 })
      .input(backupRestore)
      .output(backupJob),
    /** Brings back what was there before the last restore; like `restore`. */
    undo: oc
      .route({ method: "POST", path: "/backups/undo", successStatus: 202 })
      .input(nothing)
      .output(backupJob),
    remove: oc
      .route({ method: "DELETE", path: "/backups/{backup}" })
      .input(backupSelector)
      .output(done),
    job: oc
      .route({ method: "GET", path: "/backups/job" })
      .input(nothing)
      .output(z.object({ job: backupJob.nullable() })),
    cancel: oc.route({ method: "DELETE", path: "/backups/job" }).input(nothing).output(done),
    /** Keeps a passphrase for automatic backups; null forgets it, without one a new one is made. */
    keepPassphrase: oc
      .route({ method: "PUT", path: "/backups/passphrase" })
      .input(backupPassphrase)
      .output(recoverySheet),
  },
  ...transferContract,
  ...logsContract,
  audit: {
    /** Who changed what, newest first. */
    list: oc.route({ method: "GET", path: "/audit" }).input(auditQuery).output(auditPage),
    export: oc
      .route({ method: "GET", path: "/audit/export" })
      .input(auditFilter)
      .output(auditExport),
  },
};

export type Contract = typeof contract;
