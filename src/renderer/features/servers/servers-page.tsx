import { usePlace } from "../../app/router.ts";
import { ServerDetail } from "./server-detail.tsx";
import { ServerList } from "./server-list.tsx";

/** `/servers`, and `/servers/ID[/TAB]`. */
export function ServersPage() {
  const [server, tab] = usePlace().parts;
  return server === undefined ? (
    <ServerList />
  ) : (
    <ServerDetail key={server} server={server} tab={tab ?? null} />
  );
}
