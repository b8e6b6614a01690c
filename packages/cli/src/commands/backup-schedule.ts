import { resolve } from "node:path";
import { settings, type settingsUpdate } from "@local-mcp/contract";
import type { z } from "zod";
import type { Cli, Outcome } from "../cli.ts";
import { usage } from "../forms.ts";
import { recoverySheetText, scheduleText } from "./backup-views.ts";
import { givenPassphrase, type PassphraseOptions } from "./vault-keys.ts";

interface ScheduleOptions extends PassphraseOptions {
  at?: string;
  off?: boolean;
  keep?: number;
  folder?: string;
  newPassphrase?: boolean;
  forgetPassphrase?: boolean;
}

/** A time of day as the setting has it. @throws GatewayError usage */
export const timeOfDay = (text: string): string => {
  const time = settings.shape.backupTime.safeParse(text);
  if (time.success) return time.data;
  throw usage(`--at takes a time of day from 00:00 to 23:59, in that form, not “${text}”.`);
};

const changesOf = (
  cli: Cli,
  { at, off = false, keep, folder }: ScheduleOptions,
): z.infer<typeof settingsUpdate> => {
  if (off && at !== undefined) throw usage("Give --at or --off, not both.");
  return {
    ...(at === undefined ? {} : { backupDaily: true, backupTime: at }),
    ...(off ? { backupDaily: false } : {}),
    ...(keep === undefined ? {} : { backupKeep: keep }),
    ...(folder === undefined ? {} : { backupFolder: folder && resolve(cli.io.cwd, folder) }),
  };
};

/** What is to become of the passphrase: one to keep, null to forget it, undefined to make one. */
type Wanted = { passphrase: string | null | undefined };

/** Null where it is to stay as it is. */
const wantedPassphrase = async (cli: Cli, options: ScheduleOptions): Promise<Wanted | null> => {
  const { newPassphrase = false, forgetPassphrase = false } = options;
  const given = await givenPassphrase(cli, options);
  if ([given !== null, newPassphrase, forgetPassphrase].filter(Boolean).length > 1) {
    throw usage("Give a passphrase, --new-passphrase or --forget-passphrase, only one of them.");
  }
  if (newPassphrase) return { passphrase: undefined };
  if (forgetPassphrase) return { passphrase: null };
  return given === null ? null : { passphrase: given };
};

/** Shows how automatic backups are, after it has set what was asked for. */
export const schedule = async (cli: Cli, options: ScheduleOptions): Outcome => {
  const changes = changesOf(cli, options);
  const wanted = await wantedPassphrase(cli, options);
  await cli.use(async (api) => {
    if (Object.keys(changes).length > 0) await api.settings.update(changes);
    const made = wanted === null ? null : (await api.backups.keepPassphrase(wanted)).passphrase;
    // It is in that answer only: nothing may come between it and whoever is to read it.
    if (made !== null) return cli.answer({ passphrase: made }, recoverySheetText(made));
    const view = await api.backups.list({});
    const { schedule: now, health } = view;
    cli.answer({ schedule: now, health }, scheduleText(view));
  });
};
