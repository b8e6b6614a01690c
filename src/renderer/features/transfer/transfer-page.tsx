import { transferKind } from "@local-mcp/contract";
import { usePlace } from "../../app/router.ts";
import { ExportPage } from "./export-page.tsx";
import { ImportPage } from "./import-page.tsx";
import { TransferHome } from "./transfer-home.tsx";

/** `/transfer`, `/transfer/import`, and `/transfer/export[?kind=KIND&name=NAME]`. */
export function TransferPage() {
  const { parts, params } = usePlace();
  const [step] = parts;
  if (step === "import") return <ImportPage />;
  if (step !== "export") return <TransferHome />;
  const kind = transferKind.safeParse(params.get("kind"));
  const name = params.get("name");
  const only = kind.success && name !== null ? { kind: kind.data, name } : null;
  return <ExportPage key={`${only?.kind} ${name}`} only={only} />;
}
