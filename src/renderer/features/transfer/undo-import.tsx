import { Button } from "../../components/button.tsx";
import { openDialog } from "../../stores/dialogs.ts";
import { useBackups } from "../backups/use-backups.ts";

interface UndoImportProps {
  /** Of what was there before; null where nothing was written. */
  backup: string | null;
  /** Name of the file that was imported. */
  of: string;
}

/** Brings back what was there before an import, after a look at it. Nothing where it is gone. */
export function UndoImport({ backup, of }: UndoImportProps) {
  const found = useBackups().data?.backups.find(({ id }) => id === backup);
  if (!found) return null;
  return (
    <Button
      aria-label={`Undo import of ${of}`}
      onClick={() => openDialog({ type: "restore", backup: { id: found.id, name: found.name } })}
    >
      Undo import…
    </Button>
  );
}
