import { Button } from "../../components/button.tsx";
import { count } from "../../components/time.ts";
import { importNow } from "./use-import.ts";

/** The one button that writes. @param n how many entries */
export function ImportButton({ n, disabled }: { n: number; disabled: boolean }) {
  return (
    <Button kind="primary" disabled={disabled || n === 0} onClick={() => void importNow()}>
      Import {count(n, "item")}
    </Button>
  );
}
