import { TokenGate } from "../browser/token-gate.tsx";
import { StartupScreen } from "../features/startup/startup-screen.tsx";
import { Shell } from "../features/shell/shell.tsx";
import { isInBrowser } from "./link.ts";
import { useStartup } from "./startup.ts";

/** The window; in a browser nothing of it before somebody has shown a token. */
export function App() {
  if (!isInBrowser) return <Gateway />;
  return (
    <TokenGate>
      <Gateway />
    </TokenGate>
  );
}

/** What stands before the shell while there is no gateway to show, else the shell. */
function Gateway() {
  const startup = useStartup();
  return startup.state === "ready" ? <Shell /> : <StartupScreen startup={startup} />;
}
