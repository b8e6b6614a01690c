import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { count } from "../../components/time.ts";
import { PassphraseDialog, type PassphraseTask } from "./passphrase-dialog.tsx";

/**
 * Where secrets are about to be stored and cannot be: why, and the way out, on the spot. Nothing
 * where the vault is open or opens by itself.
 */
export function VaultNotice({ secrets }: { secrets: number }) {
  const { data: vault } = useQuery(api.vault.status.queryOptions());
  const [task, setTask] = useState<PassphraseTask | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const isWeak = vault?.state === "missing" && vault.keychain?.available !== true;
  const isNeeded = secrets > 0 && (isWeak || vault?.state === "locked");
  return (
    <div ref={place}>
      {isNeeded ? (
        <Banner
          level="warn"
          title={isWeak ? "This system has no keychain." : "The vault is locked."}
          actions={
            <Button onClick={() => setTask(isWeak ? "init" : "unlock")}>
              {isWeak ? "Set a passphrase…" : "Unlock…"}
            </Button>
          }
        >
          {isWeak
            ? `Without a passphrase ${count(secrets, "secret")} would be readable on disk, so nothing is stored yet.`
            : `${count(secrets, "secret")} cannot be stored until it is open.`}
        </Banner>
      ) : null}
      {task ? (
        <PassphraseDialog
          task={task}
          onClose={() => setTask(null)}
          focusAfter={() => titleAround(place.current)}
        />
      ) : null}
    </div>
  );
}

/** Of the dialog that the notice is part of. */
const titleAround = (place: HTMLElement | null): HTMLElement | null =>
  place?.closest("[role=dialog]")?.querySelector<HTMLElement>("h2") ?? null;
