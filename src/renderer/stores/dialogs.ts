import { create } from "zustand";

/** What can be restored: a backup that is listed, or a file that was given. */
export interface Source {
  id: string;
  /** Of its file. */
  name: string;
}

/** Dialogs that more than one place opens. One at a time; the shell shows them over any page. */
export type OpenDialog =
  | { type: "add_server"; text?: string; profile?: string }
  | { type: "review"; servers: string[] }
  /** Which one is kept where it is carried out. */
  | { type: "sign_in" }
  | { type: "sign_out"; server: string }
  | { type: "new_profile" }
  | { type: "connect_client"; profile?: string }
  | { type: "back_up" }
  /** Without one it begins with the choice. */
  | { type: "restore"; backup?: Source }
  | { type: "undo_restore" }
  | { type: "keep_passphrase" }
  | { type: "openapi" }
  | { type: "uncap" }
  | { type: "shortcuts" }
  | { type: "palette" };

interface DialogsState {
  dialog: OpenDialog | null;
}

export const useDialogs = create<DialogsState>(() => ({ dialog: null }));

export const openDialog = (dialog: OpenDialog): void => useDialogs.setState({ dialog });
export const closeDialog = (): void => useDialogs.setState({ dialog: null });
