import { useEffect } from "react";
import { isShortcut } from "../app/keys.ts";
import { Button } from "./button.tsx";
import { count } from "./time.ts";

interface SaveBarProps {
  /** How many fields differ from what is stored. The bar is there only while some do. */
  changes: number;
  /** What is not stored yet at all, for example “tool”: the bar is there from the beginning. */
  creates?: string;
  saving: boolean;
  onSave: () => void;
  onDiscard: () => void;
}

/** Editors of several fields save all of them or none. */
export function SaveBar({ changes, creates, saving, onSave, onDiscard }: SaveBarProps) {
  const isThere = changes > 0 || creates !== undefined;
  useEffect(() => {
    if (!isThere) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (!isShortcut(event, "mod+s")) return;
      event.preventDefault();
      onSave();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [isThere, onSave]);
  if (!isThere) return null;
  return (
    <div className="sticky bottom-0 flex items-center gap-2 rounded-panel border border-border bg-raised px-3 py-2 shadow-raised">
      <span className="flex-1">{creates ? "Not stored yet" : count(changes, "change")}</span>
      <Button onClick={onDiscard} disabled={saving}>
        {creates ? "Cancel" : "Discard"}
      </Button>
      <Button kind="primary" onClick={onSave} disabled={saving}>
        {creates ? `Create ${creates}` : "Save"}
      </Button>
    </div>
  );
}
