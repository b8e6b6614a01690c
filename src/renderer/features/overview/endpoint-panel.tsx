import type { GatewayStatus, ProfileView } from "@local-mcp/contract";
import { CopyButton } from "../../components/copy-button.tsx";
import { Panel, Row } from "../../components/page.tsx";
import { count } from "../../components/time.ts";
import { routeTo } from "../../app/router.ts";

interface EndpointPanelProps {
  status: GatewayStatus;
  profiles: ProfileView[];
}

/** Where clients connect: the URL that follows the active profile, and that profile's own. */
export function EndpointPanel({ status: { url }, profiles }: EndpointPanelProps) {
  const active = profiles.find((profile) => profile.active);
  if (url === null) {
    return (
      <Panel>
        <Row title="Nothing is served now" detail="Clients cannot connect." />
      </Panel>
    );
  }
  return (
    <Panel>
      <UrlRow
        url={`${url}/mcp`}
        label="Copy endpoint URL"
        detail={
          active ? (
            <>
              Follows the active profile, {active.name} · {count(active.counts.tools, "tool")}
            </>
          ) : (
            <>
              Follows the active profile; none is active.{" "}
              <a href={`#${routeTo("profiles")}`}>Choose one in Profiles</a>
            </>
          )
        }
      />
      {active?.url ? (
        <UrlRow
          url={active.url}
          label="Copy profile URL"
          detail={`Always ${active.name}, whichever profile is active`}
        />
      ) : null}
    </Panel>
  );
}

function UrlRow({ url, label, detail }: { url: string; label: string; detail: React.ReactNode }) {
  return (
    <Row
      title={<span className="font-mono font-normal break-all">{url}</span>}
      detail={detail}
      actions={
        <CopyButton text={url} label={label} size="toolbar">
          Copy
        </CopyButton>
      }
    />
  );
}
