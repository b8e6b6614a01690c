import { StartupScreen } from "../features/startup/startup-screen.tsx";
import { Shell } from "../features/shell/shell.tsx";
import { useStartup } from "./startup.ts";

/** The window: what stands before the shell while there is no gateway to show, else the shell. */
export function App() {
  const startup = useStartup();
  return startup.state === "ready" ? <Shell /> : <StartupScreen startup={startup} />;
}
