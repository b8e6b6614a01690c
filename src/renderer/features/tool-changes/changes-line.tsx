import type { GatewayStatus } from "@local-mcp/contract";
import { FileDiff } from "lucide-react";
import { navigate, routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { changedLine, reviewRoute } from "./change-words.ts";

type ChangedServer = Pick<GatewayStatus["servers"][number], "id" | "title" | "status">;

/** That tools of a server changed, in one line of a list, with the way to read what did. */
export function ChangesLine({ server: { id, title, status } }: { server: ChangedServer }) {
  return (
    <div className="flex min-h-9 items-center gap-2 py-1">
      <FileDiff aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-warn" />
      <p className="min-w-0 flex-1 break-words">
        <a href={`#${routeTo("servers", [id])}`} className="font-medium">
          <UntrustedText text={title} />
        </a>
        : {changedLine(status)}
      </p>
      <Button
        size="toolbar"
        aria-label={`Review tools of ${title}`}
        onClick={() => navigate(reviewRoute(id))}
      >
        Review…
      </Button>
    </div>
  );
}
