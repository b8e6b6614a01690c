import { useQuery } from "@tanstack/react-query";
import { createPortal } from "react-dom";
import { api } from "../../app/api.ts";
import { layer } from "../../components/layer.ts";
import { keyCheck } from "./vault-words.ts";

const today = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });

/**
 * The sheet that is printed with a recovery key on it: all that is on the paper (theme.css), and
 * nothing on the screen.
 */
export function KeySheet({ recoveryKey }: { recoveryKey: string }) {
  const { data: vault } = useQuery(api.vault.status.queryOptions());
  if (layer === null) return null;
  return createPortal(
    <div data-print-sheet aria-hidden className="hidden space-y-4 p-12 text-field">
      <p className="text-lead font-semibold">Recovery key of Local MCP Gateway</p>
      <p className="font-mono text-lead break-words">{recoveryKey}</p>
      <p>
        Made on {today.format(Date.now())}.
        {vault?.key ? ` Key check of the vault: ${keyCheck(vault.key.check)}.` : null}
      </p>
      <p>
        It opens the vault when its other keys do not: in the app under Settings, Vault, or with the
        command “local-mcp-gateway vault unlock”.
      </p>
      <p>Whoever has this sheet and the data folder can read every secret. Keep it locked away.</p>
    </div>,
    layer,
  );
}
