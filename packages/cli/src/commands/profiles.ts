import { GatewayError, type NamePolicy, type ProfileView } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { list, oneOf, usage } from "../forms.ts";
import { facts, plural, table } from "../output.ts";
import {
  answerTagged,
  enabledOf,
  tagChangeOf,
  type TagChangeOptions,
  tagFilterOf,
  type TagFilterOptions,
  takesTagChanges,
  takesTagFilter,
  takesTags,
  takesTurn,
  type TurnOptions,
} from "./catalogue-options.ts";
import {
  isSelecting,
  type SelectionOptions,
  selectionOf,
  takesSelection,
} from "./profile-selection.ts";
import { addProfileToolsCommand } from "./profile-tools.ts";

interface ProfileOptions {
  name?: string;
  description?: string;
  servers?: string[];
  names?: NamePolicy;
  allowWithoutToken?: boolean;
}

interface CreateOptions extends ProfileOptions {
  tag?: string[];
}

interface EditOptions extends ProfileOptions, SelectionOptions, TagChangeOptions, TurnOptions {
  slug?: string;
  requireToken?: boolean;
}

const describeProfile = (command: Command): Command =>
  command
    .option("--name <name>", "what people call it")
    .option("--description <text>", "what it is for")
    .option("--servers <a,b>", "its servers, in order", list)
    .option(
      "--names <policy>",
      "how tools are named: on_collision (as their server does, unless two collide) or always_prefix",
      oneOf("--names", ["on_collision", "always_prefix"]),
    )
    .option("--allow-without-token", "let any program on this computer use it");

const where = (profile: ProfileView): string => profile.url ?? `/mcp/${profile.slug}`;

const warnOpen = (cli: Cli, profile: ProfileView): void => {
  if (profile.allowWithoutToken) {
    cli.warn(`Any program on this computer can use “${profile.slug}” without a token.`);
  }
};

const create = (cli: Cli, slug: string, options: CreateOptions): Outcome =>
  cli.use(async (api) => {
    const profile = await api.profiles.create({
      slug,
      name: options.name,
      description: options.description,
      servers: options.servers,
      namePolicy: options.names,
      allowWithoutToken: options.allowWithoutToken,
      tags: options.tag,
    });
    const active = profile.active ? "; /mcp serves it too" : "";
    cli.answer(profile, `Created “${profile.slug}” at ${where(profile)}${active}.`);
    warnOpen(cli, profile);
  });

const edit = (cli: Cli, slug: string, options: EditOptions): Outcome => {
  if (options.allowWithoutToken && options.requireToken) {
    throw usage("Give --allow-without-token or --require-token, not both.");
  }
  const changes = {
    slug: options.slug,
    name: options.name,
    description: options.description,
    servers: options.servers,
    namePolicy: options.names,
    allowWithoutToken: options.requireToken ? false : options.allowWithoutToken,
    tags: tagChangeOf(options),
    enabled: enabledOf(options),
  };
  const isNothing = Object.values(changes).every((change) => change === undefined);
  if (isNothing && !isSelecting(options)) throw usage("Nothing to change was given.");
  return cli.use(async (api) => {
    const selection = isSelecting(options)
      ? selectionOf(await api.profiles.get({ profile: slug }), options)
      : {};
    const profile = await api.profiles.update({
      profile: slug,
      changes: { ...changes, ...selection },
    });
    cli.answer(profile, `Changed “${profile.slug}”.`);
    warnOpen(cli, profile);
  });
};

const profileTable = (cli: Cli, profiles: readonly ProfileView[]): string =>
  profiles.length === 0
    ? `No profiles yet. A profile is what one client sees; make one: ${cli.command("profiles create SLUG --servers a,b")}`
    : table(
        ["SLUG", "NAME", "ACTIVE", "SERVERS", "TOOLS", "URL"],
        profiles.map((profile) => [
          profile.slug,
          profile.name,
          profile.enabled ? (profile.active ? "yes" : "-") : "off",
          profile.servers.map((server) => server.name).join(",") || "-",
          String(profile.counts.tools),
          where(profile),
        ]),
        cli.width,
      );

/** The gateway's own of one kind; null where there are none. */
const ownText = (own: readonly ({ enabled: boolean } & ({ name: string } | { uri: string }))[]) =>
  own
    .map((one) => `${"uri" in one ? one.uri : one.name}${one.enabled ? "" : " (off)"}`)
    .join("\n") || null;

const profileFacts = (profile: ProfileView): string =>
  facts([
    ["Slug", profile.slug],
    ["Name", profile.name],
    ["Description", profile.description || null],
    ["URL", where(profile)],
    ["State", profile.enabled ? null : "off"],
    ["Tags", profile.tags.join(", ") || null],
    ["Active", profile.active ? "yes, /mcp serves it" : "no"],
    [
      "Servers",
      profile.servers
        .map((server) => (server.enabled ? server.name : `${server.name} (off)`))
        .join("\n") || "none",
    ],
    ["Own tools", ownText(profile.tools)],
    ["Own prompts", ownText(profile.prompts)],
    ["Own resources", ownText(profile.resources)],
    ["Roots", ownText(profile.roots)],
    [
      "Offers",
      [
        plural(profile.counts.tools, "tool"),
        plural(profile.counts.prompts, "prompt"),
        plural(profile.counts.resources, "resource"),
      ].join(", "),
    ],
    [
      "Names",
      profile.namePolicy === "always_prefix"
        ? "always with the server's name"
        : "as the server does, with its name where two collide",
    ],
    [
      "Token",
      profile.allowWithoutToken ? "not needed by programs on this computer" : "always needed",
    ],
  ]);

const addServer = (cli: Cli, slug: string, names: string[]): Outcome =>
  cli.use(async (api) => {
    const before = await api.profiles.get({ profile: slug });
    const servers = before.servers.map((server) => server.name);
    for (const name of names) {
      const server = await api.servers.get({ server: name });
      if (!servers.includes(server.name)) servers.push(server.name);
    }
    const profile = await api.profiles.update({ profile: slug, changes: { servers } });
    cli.answer(profile, `“${profile.slug}” shows ${servers.join(", ")}.`);
  });

const removeServer = (cli: Cli, slug: string, names: string[]): Outcome =>
  cli.use(async (api) => {
    const { servers: before } = await api.profiles.get({ profile: slug });
    for (const name of names) {
      if (!before.some((server) => server.name === name || server.id === name)) {
        throw new GatewayError("server_not_in_profile", { server: name, profile: slug });
      }
    }
    const servers = before
      .filter((server) => !names.includes(server.name) && !names.includes(server.id))
      .map((server) => server.name);
    const profile = await api.profiles.update({ profile: slug, changes: { servers } });
    cli.answer(profile, `“${profile.slug}” shows ${servers.join(", ") || "no server"}.`);
  });

const duplicate = (cli: Cli, slug: string, copy: string, { name }: { name?: string }): Outcome =>
  cli.use(async (api) => {
    const profile = await api.profiles.duplicate({ profile: slug, slug: copy, name });
    cli.answer(profile, `Copied “${slug}” to “${profile.slug}” at ${where(profile)}.`);
  });

export const addProfileCommands = (program: Command, act: Act): void => {
  const profiles = program
    .command("profiles")
    .description("what clients see: chosen servers and tools at their own URL");

  takesTags(
    describeProfile(
      profiles.command("create <slug>").description("make a profile; the first one becomes active"),
    ),
  ).action(act(create));

  takesTagFilter(profiles.command("list").description("all profiles with their URLs")).action(
    act((cli, options: TagFilterOptions) =>
      cli.use(async (api) => {
        const filter = tagFilterOf(options);
        answerTagged(cli, await api.profiles.list(filter), filter, profileTable);
      }),
    ),
  );

  profiles
    .command("show <slug>")
    .description("one profile")
    .action(
      act((cli, slug: string) =>
        cli.use(async (api) => {
          const profile = await api.profiles.get({ profile: slug });
          cli.answer(profile, profileFacts(profile));
        }),
      ),
    );

  takesTurn(
    takesTagChanges(
      takesSelection(
        describeProfile(
          profiles
            .command("edit <slug>")
            .description("change a profile; what is not mentioned stays")
            .option("--slug <slug>", "new slug, and with it a new URL"),
        ).option("--require-token", "let nobody use it without a token"),
      ),
    ),
  ).action(act(edit));

  profiles
    .command("duplicate <slug> <copy>")
    .description("copy a profile with its servers and choices under another slug, without tokens")
    .option("--name <name>", "what people call the copy")
    .action(act(duplicate));

  profiles
    .command("add-server <slug> <names...>")
    .description("show servers in a profile")
    .action(act(addServer));

  profiles
    .command("remove-server <slug> <names...>")
    .description("take servers out of a profile")
    .action(act(removeServer));

  addProfileToolsCommand(profiles, act);

  profiles
    .command("activate <slug>")
    .description("make it the profile that /mcp serves")
    .action(
      act((cli, slug: string) =>
        cli.use(async (api) => {
          const profile = await api.profiles.activate({ profile: slug });
          cli.answer(profile, `/mcp now serves “${profile.slug}”.`);
        }),
      ),
    );

  profiles
    .command("delete <slug>")
    .description("delete a profile; its servers stay")
    .action(
      act((cli, slug: string) =>
        cli.use(async (api) => {
          cli.answer(await api.profiles.remove({ profile: slug }), `Deleted “${slug}”.`);
        }),
      ),
    );
};
