import { useEffect } from "react";
import { isShortcut } from "../app/keys.ts";
import { Button } from "./button.tsx";
import { count } from "./time.ts";

interface SaveBarProps {
  /** How many fields differ from what is stored. The bar is there only while some do. */
  changes: number;
  saving: boolean;
  onSave: () => void;
  onDiscard: () => void;
}

/** Editors of several fields save all of them or none. */
export function SaveBar({ changes, saving, onSave, onDiscard }: SaveBarProps) {
  useEffect(() => {
    if (changes === 0) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (!isShortcut(event, "mod+s")) return;
      event.preventDefault();
      onSave();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [changes, onSave]);
  if (changes === 0) return null;
  return (
    <div className="sticky bottom-0 flex items-center gap-2 rounded-panel border border-border bg-raised px-3 py-2 shadow-raised">
      <span className="flex-1">{count(changes, "change")}</span>
      <Button onClick={onDiscard} disabled={saving}>
        Discard
      </Button>
      <Button kind="primary" onClick={onSave} disabled={saving}>
        Save
      </Button>
    </div>
  );
}
