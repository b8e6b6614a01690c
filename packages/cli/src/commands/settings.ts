import {
  GatewayError,
  type SettingKey,
  settings,
  settingsChange,
  type SettingView,
} from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { usage } from "../forms.ts";
import { table } from "../output.ts";

const keyOf = (text: string): SettingKey => {
  const key = settings.keyof().safeParse(text);
  if (key.success) return key.data;
  throw usage(`There is no setting “${text}”, but ${settings.keyof().options.join(", ")}.`);
};

const shown = (value: SettingView["value"]): string => (value === "" ? "(empty)" : String(value));

const settingTable = (cli: Cli, views: readonly SettingView[]): string =>
  table(
    ["SETTING", "VALUE", "FROM", "DEFAULT"],
    views.map(({ key, value, source, default: usual }) => [
      key,
      shown(value),
      source,
      shown(usual),
    ]),
    cli.width,
  );

const list = (cli: Cli): Outcome =>
  cli.use(async (api) => {
    const views = await api.settings.list();
    cli.answer(views, settingTable(cli, views));
  });

const find = (views: readonly SettingView[], key: SettingKey): SettingView => {
  const view = views.find((one) => one.key === key);
  // A gateway of an older version, which does not know it.
  if (!view) throw new GatewayError("validation_failed", { detail: `It has no setting ${key}.` });
  return view;
};

const get = async (cli: Cli, name: string): Outcome => {
  const key = keyOf(name);
  await cli.use(async (api) => {
    const view = find(await api.settings.list(), key);
    cli.answer(view, String(view.value));
  });
};

/** A value as its setting has it. */
const valueOf = (key: SettingKey, text: string): SettingView["value"] => {
  switch (typeof settings.shape[key].parse(undefined)) {
    case "number":
      if (!/^\d+$/.test(text)) throw usage(`${key} takes a whole number, not “${text}”.`);
      return Number(text);
    case "boolean":
      if (!/^(true|false)$/.test(text)) throw usage(`${key} takes true or false, not “${text}”.`);
      return text === "true";
    default:
      return text;
  }
};

const change = async (cli: Cli, key: SettingKey, value: SettingView["value"] | null): Outcome => {
  const parsed = settingsChange.safeParse({ [key]: value });
  if (!parsed.success) {
    const detail = `${key}: ${parsed.error.issues.map(({ message }) => message).join(" ")}`;
    throw new GatewayError("validation_failed", { detail });
  }
  await cli.use(async (api) => {
    const view = find(await api.settings.update(parsed.data), key);
    cli.answer(view, `${key} is ${shown(view.value)} now.`);
  });
};

const set = async (cli: Cli, name: string, text: string): Outcome => {
  const key = keyOf(name);
  return change(cli, key, valueOf(key, text));
};

const reset = async (cli: Cli, name: string): Outcome => change(cli, keyOf(name), null);

export const addSettingCommands = (program: Command, act: Act): void => {
  const command = program.command("settings").description("what can be set, and what decides it");

  command.command("list").description("all settings with their values").action(act(list));
  command.command("get <key>").description("the value of one setting").action(act(get));
  command.command("set <key> <value>").description("store a setting").action(act(set));
  command.command("reset <key>").description("go back to the default").action(act(reset));
};
