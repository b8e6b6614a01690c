import { usePlace } from "../../app/router.ts";
import { TransferHome } from "./transfer-home.tsx";

/** `/transfer`, `/transfer/import`, and `/transfer/export[?KIND=NAME]`. */
export function TransferPage() {
  const { parts } = usePlace();
  switch (parts[0]) {
    default:
      return <TransferHome />;
  }
}
