import { create } from "zustand";
import { openDialog } from "../stores/dialogs.ts";
import { announce } from "./announce.ts";
import { api, client, queryClient } from "./api.ts";
import { navigate, routeTo } from "./router.ts";

/** Why a backup that was asked for by one click was not made; null after the next one. */
export const useBackUpFailure = create<{ error: unknown }>(() => ({ error: null }));

/** Makes a backup with the passphrase that is kept. Where none is kept, a dialog asks for one. */
export async function backUpNow(): Promise<void> {
  navigate(routeTo("backups"));
  useBackUpFailure.setState({ error: null });
  try {
    const { schedule } = await queryClient.fetchQuery(api.backups.list.queryOptions());
    if (!schedule.passphrase.set) {
      openDialog({ type: "back_up" });
      return;
    }
    await client.backups.create({});
    announce("Backup made and verified.");
  } catch (error) {
    useBackUpFailure.setState({ error });
  } finally {
    void queryClient.invalidateQueries({ queryKey: api.backups.key() });
  }
}
