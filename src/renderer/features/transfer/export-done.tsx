import type { SavedExport } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { api, client } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { DetailList } from "../../components/detail-list.tsx";
import { Page } from "../../components/page.tsx";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { Added, NotIncluded } from "./export-facts.tsx";
import { countsText } from "./transfer-words.ts";

interface ExportDoneProps {
  saved: SavedExport;
  onAgain: () => void;
}

/** What is in a file that was written, and what is not. */
export function ExportDone({ saved, onAgain }: ExportDoneProps) {
  const { data: info } = useQuery(api.desktop.info.queryOptions());
  const { name, counts, total, secrets, added, notIncluded, warnings } = saved;
  return (
    <Page
      back={{ label: "Import & export", route: routeTo("transfer") }}
      title={`${count(total, "entry", "entries")} exported`}
      actions={
        <>
          <Button onClick={onAgain}>Export more…</Button>
          <Button kind="primary" onClick={() => navigate(routeTo("transfer"))}>
            Done
          </Button>
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-3">
        <p className="flex items-center gap-2">
          <CircleCheck aria-hidden size={16} strokeWidth={1.75} className="text-ok" />
          <span>
            Written to <UntrustedText text={name} />.
          </span>
        </p>
        {/* A page in a browser has no folder to show. */}
        {info && info.electron !== "" ? (
          <Button size="toolbar" onClick={() => void client.desktop.showExport()}>
            Show in folder
          </Button>
        ) : null}
      </div>
      {warnings.map((warning) => (
        <Banner key={warning} level="warn" title={<UntrustedText text={warning} />} />
      ))}
      <DetailList
        items={[
          { name: "Holds", value: countsText(counts) },
          { name: "Secrets", value: secretsText(secrets) },
        ]}
      />
      <Added added={added} />
      <NotIncluded notIncluded={notIncluded} />
    </Page>
  );
}

function secretsText({ sealed, left }: SavedExport["secrets"]): string {
  if (sealed + left === 0) return "None";
  const parts = [
    sealed > 0 ? `${count(sealed, "secret")} sealed` : null,
    left > 0 ? `${count(left, "secret")} left out` : null,
  ];
  return parts.filter((part) => part !== null).join(", ");
}
