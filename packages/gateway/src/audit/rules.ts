import {
  type AuditDetail,
  type AuditSubject,
  contract,
  type Customization,
  type ProfileView,
  type SettingKey,
} from "@local-mcp/contract";
import { BACKUP_RULES } from "./backup-rules.ts";
import { LOCAL_RULES } from "./local-rules.ts";
import type { AuditNote } from "./note.ts";
import { Changes, type Look, planOf, type Rule, rule } from "./plan.ts";
import { SERVER_RULES } from "./server-rules.ts";
import { LOG_RULES } from "./log-rules.ts";
import { SESSION_RULES } from "./session-rules.ts";
import { TRANSFER_RULES } from "./transfer-rules.ts";
import { VAULT_RULES } from "./vault-rules.ts";

const ofProfile = ({ id, slug }: Pick<ProfileView, "id" | "slug">): AuditSubject => ({
  kind: "profile",
  id,
  name: slug,
});

const namesOf = (all: readonly { name: string }[]): string[] => all.map(({ name }) => name);
const urisOf = (all: readonly { uri: string }[]): string[] => all.map(({ uri }) => uri);
const serverNames = ({ servers }: ProfileView): string[] => namesOf(servers);

/**
 * What is recorded of each procedure, by its name in the contract. A procedure that changes anything
 * and is not here fails a test.
 */
export const RULES: Record<string, Rule> = {
  ...SERVER_RULES,
  ...VAULT_RULES,
  ...BACKUP_RULES,
  ...LOCAL_RULES,
  ...TRANSFER_RULES,
  ...LOG_RULES,
  ...SESSION_RULES,
  "status.listen": rule(contract.status.listen, () =>
    planOf("gateway.listen", { kind: "gateway", id: null, name: null }, ({ url }) => ({ url })),
  ),
  "profiles.create": rule(contract.profiles.create, ({ slug }) => {
    const subject: AuditSubject = { kind: "profile", id: null, name: slug };
    return {
      attempt: { action: "profile.create", subject },
      done: (profile) => [
        {
          action: "profile.create",
          subject: ofProfile(profile),
          detail: {
            servers: serverNames(profile),
            active: profile.active,
            allowWithoutToken: profile.allowWithoutToken,
          },
        },
      ],
    };
  }),
  "profiles.update": rule(contract.profiles.update, ({ profile }, { profiles }) => {
    const before = profiles.get(profile);
    return planOf("profile.update", ofProfile(before), (after) =>
      new Changes()
        .plain("slug", before.slug, after.slug)
        .plain("name", before.name, after.name)
        .named("description", before.description, after.description)
        .plain("namePolicy", before.namePolicy, after.namePolicy)
        .plain("allowWithoutToken", before.allowWithoutToken, after.allowWithoutToken)
        .plain("servers", serverNames(before), serverNames(after))
        .plain("tools", namesOf(before.tools), namesOf(after.tools))
        .plain("prompts", namesOf(before.prompts), namesOf(after.prompts))
        .plain("resources", urisOf(before.resources), urisOf(after.resources))
        .plain("roots", urisOf(before.roots), urisOf(after.roots))
        .plain("tags", before.tags, after.tags)
        .plain("enabled", before.enabled, after.enabled)
        .detail(),
    );
  }),
  "profiles.remove": rule(contract.profiles.remove, ({ profile }, { profiles, tokens }) => {
    const before = profiles.get(profile);
    const revoked = tokens.list().filter((token) => token.profile === before.slug);
    return planOf("profile.remove", ofProfile(before), () => ({
      revokedTokens: revoked.map(({ name }) => name),
    }));
  }),
  "profiles.activate": rule(contract.profiles.activate, ({ profile }, { profiles }) => {
    const active = profiles.list().find((one) => one.active);
    return planOf("profile.activate", ofProfile(profiles.get(profile)), () => ({
      before: active?.slug ?? null,
    }));
  }),
  "profiles.duplicate": rule(contract.profiles.duplicate, ({ profile, slug }, { profiles }) => {
    const { slug: from } = profiles.get(profile);
    const subject: AuditSubject = { kind: "profile", id: null, name: slug };
    return {
      attempt: { action: "profile.duplicate", subject },
      done: (copy) => [{ action: "profile.duplicate", subject: ofProfile(copy), detail: { from } }],
    };
  }),
  "profiles.customize": rule(contract.profiles.customize, ({ profile, changes }, { profiles }) =>
    planOf("profile.customize", ofProfile(profiles.get(profile)), () => ({
      changed: changes.map(inWords),
    })),
  ),
  "tokens.create": rule(contract.tokens.create, ({ name }) => {
    const subject: AuditSubject = { kind: "token", id: null, name };
    return {
      attempt: { action: "token.create", subject },
      done: ({ id, rights, profile }) => [
        {
          action: "token.create",
          subject: { ...subject, id },
          detail: { rights, profile: profile ?? "all" },
        },
      ],
    };
  }),
  "tokens.createTemporary": rule(contract.tokens.createTemporary, ({ profile }, { profiles }) => {
    const { slug } = profiles.get(profile);
    const subject: AuditSubject = { kind: "token", id: null, name: "bridge" };
    return planOf("token.create", subject, () => ({ profile: slug, untilGatewayStops: true }));
  }),
  "tokens.revoke": rule(contract.tokens.revoke, ({ token }, { tokens }) => {
    const found = tokens.list().find(({ id, name }) => id === token || name === token);
    return planOf(
      "token.revoke",
      { kind: "token", id: found?.id ?? null, name: found?.name ?? null },
      () => ({ profile: found?.profile ?? null }),
    );
  }),
  "settings.update": rule(contract.settings.update, (changes, { settings }) => {
    const keys = settings.list().flatMap(({ key }) => (changes[key] === undefined ? [] : [key]));
    const before = valuesOf(settings.list());
    const name = keys.join(", ");
    return {
      attempt: { action: "setting.update", subject: { kind: "setting", id: null, name } },
      done: (views) => keys.map((key) => settingNote(key, before, valuesOf(views))),
    };
  }),
  "audit.export": rule(contract.audit.export, () =>
    planOf("audit.export", { kind: "export", id: null, name: null }, ({ entries }) => ({
      entries,
    })),
  ),
};

/** Procedures that change nothing that is configured, and give no secret away. */
export const NOT_RECORDED: readonly string[] = [
  "status.get",
  "status.events",
  "status.doctor",
  "servers.list",
  "servers.get",
  "servers.output",
  "servers.usage",
  "servers.capabilities",
  "servers.toolChanges",
  // What it calls is an exchange like any client's; a process it starts is recorded.
  "servers.callTool",
  "servers.activity",
  "servers.review",
  "servers.recognize",
  // What comes of a sign-in is recorded when it is over, whoever is waiting for it.
  "signIn.start",
  "signIn.wait",
  "signIn.finish",
  "signIn.cancel",
  "profiles.list",
  "profiles.get",
  "profiles.capabilities",
  "profiles.callTool",
  "tools.list",
  "tools.get",
  // What it calls is an exchange like any client's.
  "tools.test",
  "tools.readOpenApi",
  "prompts.list",
  "prompts.get",
  "prompts.preview",
  "resources.list",
  "resources.get",
  "resources.read",
  "resources.source",
  "roots.list",
  "roots.get",
  "metrics.get",
  "sessions.list",
  "sessions.get",
  "sessions.messages",
  "sessions.retry",
  "tokens.list",
  "clients.list",
  "clients.snippets",
  "clients.test",
  "runtimes.get",
  "runtimes.refresh",
  "settings.list",
  "vault.status",
  "backups.list",
  "backups.preview",
  "backups.job",
  // What comes of a restore that was begun is recorded when it is over.
  "backups.cancel",
  // Of a plan nothing is changed; what comes of an import is recorded when it is over.
  "transfer.estimate",
  "transfer.plan",
  "transfer.jobs",
  "transfer.job",
  "transfer.cancel",
  "transfer.cleanup",
  "audit.list",
  "logs.list",
  "logs.count",
  "logs.follow",
  "logs.stats",
  "logs.sessions",
  "logs.state",
  "logs.suggest",
  "logs.findings",
  "logs.dismiss",
  "logs.levels",
  // Recording less needs no witness; it ends by itself as well.
  "logs.cap",
  "logs.record",
  "logs.get",
  "logs.mark",
  // What it calls is an exchange like any client's.
  "logs.replay",
  "logs.copy",
];

/** `files/delete_file: off`. A description is the person's own text and is not repeated. */
function inWords({ server, original, enabled, name, description }: Customization): string {
  const words = [
    enabled === undefined ? null : enabled ? "on" : "off",
    name === undefined ? null : name === null ? "own name" : `named ${name}`,
    description === undefined ? null : "description",
  ];
  return `${server}/${original}: ${words.filter((word) => word !== null).join(", ")}`;
}

type Values = ReadonlyMap<SettingKey, string | number | boolean>;

const valuesOf = (views: ReturnType<Look["settings"]["list"]>): Values =>
  new Map(views.map(({ key, value }) => [key, value]));

function settingNote(key: SettingKey, before: Values, after: Values): AuditNote {
  const detail: AuditDetail = {
    value: after.get(key) ?? null,
    "value.before": before.get(key) ?? null,
  };
  return { action: "setting.update", subject: { kind: "setting", id: key, name: key }, detail };
}
