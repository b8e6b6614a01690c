import { closeDialog, useDialogs } from "../../stores/dialogs.ts";
import { BackUpDialog } from "../backups/back-up-dialog.tsx";
import { KeepPassphraseDialog } from "../backups/keep-passphrase-dialog.tsx";
import { RestoreDialog } from "../backups/restore-dialog.tsx";
import { UndoRestoreDialog } from "../backups/undo-restore-dialog.tsx";
import { ConnectClientDialog } from "../clients/connect-client-dialog.tsx";
import { UncapDialog } from "../logs/uncap-dialog.tsx";
import { Palette } from "../palette/palette.tsx";
import { NewProfileDialog } from "../profiles/new-profile-dialog.tsx";
import { AddServerDialog } from "../servers/add-server-dialog.tsx";
import { ReviewDialog } from "../servers/review-dialog.tsx";
import { SignInDialog } from "../servers/sign-in-dialog.tsx";
import { SignOutDialog } from "../servers/sign-out-dialog.tsx";
import { OpenApiDialog } from "../tools/openapi-dialog.tsx";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";

/** The one dialog that is open over any page. */
export function Dialogs() {
  const { dialog } = useDialogs();
  switch (dialog?.type) {
    case "add_server":
      return <AddServerDialog text={dialog.text} profile={dialog.profile} onClose={closeDialog} />;
    case "review":
      return <ReviewDialog servers={dialog.servers} onClose={closeDialog} />;
    case "sign_in":
      return <SignInDialog onClose={closeDialog} />;
    case "sign_out":
      return <SignOutDialog server={dialog.server} onClose={closeDialog} />;
    case "new_profile":
      return <NewProfileDialog onClose={closeDialog} />;
    case "connect_client":
      return <ConnectClientDialog profile={dialog.profile} onClose={closeDialog} />;
    case "back_up":
      return <BackUpDialog onClose={closeDialog} />;
    case "restore":
      return <RestoreDialog source={dialog.backup} onClose={closeDialog} />;
    case "undo_restore":
      return <UndoRestoreDialog onClose={closeDialog} />;
    case "keep_passphrase":
      return <KeepPassphraseDialog onClose={closeDialog} />;
    case "openapi":
      return <OpenApiDialog onClose={closeDialog} />;
    case "uncap":
      return <UncapDialog onClose={closeDialog} />;
    case "shortcuts":
      return <ShortcutsDialog onClose={closeDialog} />;
    case "palette":
      return <Palette onClose={closeDialog} />;
    default:
      return null;
  }
}
