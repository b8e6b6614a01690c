import { useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { isLoopback, type SettingValue } from "./setting-values.ts";

interface AddressDialogProps {
  /** What is to be set, by key. */
  change: { port?: SettingValue; host?: SettingValue };
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before the endpoint moves, since every client has its URL. */
export function AddressDialog({ change, onConfirm, onClose }: AddressDialogProps) {
  const { data: settings } = useQuery(api.settings.list.queryOptions());
  const { data: status } = useQuery(api.status.get.queryOptions());
  const current = (key: "port" | "host"): SettingValue | undefined =>
    change[key] ?? settings?.find((view) => view.key === key)?.value;
  const host = String(current("host"));
  const port = Number(current("port"));
  const what = change.port === undefined ? "address" : "port";
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Change the ${what}?`}
      description="Clients must be updated to the new URL. Until then they cannot connect."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" onClick={onConfirm}>
            Change {what}
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-2">
          <dt className="text-text-2">Now</dt>
          <dd className="font-mono break-all">{status?.url ?? "not serving"}</dd>
          <dt className="text-text-2">Then</dt>
          <dd className="font-mono break-all">
            {port === 0 ? `${urlOf(host)}, another port at each start` : urlOf(host, port)}
          </dd>
        </dl>
        {isLoopback(host) ? null : (
          <Banner level="warn" title="Other computers can then reach the gateway.">
            They need a token for every profile.
          </Banner>
        )}
      </div>
    </Dialog>
  );
}

const urlOf = (host: string, port?: number): string =>
  `http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`;
