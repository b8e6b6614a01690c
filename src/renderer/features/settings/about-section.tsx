import { useMutation, useQuery } from "@tanstack/react-query";
import { ClipboardList, FolderOpen } from "lucide-react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { DetailList } from "../../components/detail-list.tsx";
import { Panel, Section } from "../../components/page.tsx";
import { problemLine } from "../../components/problem-view.tsx";

const SYSTEMS = { darwin: "macOS", win32: "Windows", linux: "Linux" };

/** Which version this is, where its data is, and what to send along with a question. */
export function AboutSection() {
  const { data: info } = useQuery(api.desktop.info.queryOptions());
  const openFolder = useMutation(api.desktop.openDataFolder.mutationOptions());
  const copy = useMutation(
    api.desktop.copyDiagnostics.mutationOptions({
      onSuccess: () => announce("Diagnostics copied."),
    }),
  );
  const failure = openFolder.error ?? copy.error;
  return (
    <Section title="About">
      <Panel>
        <div className="space-y-4 px-4 py-4">
          {info ? (
            <DetailList
              items={[
                { name: "Local MCP Gateway", value: info.version },
                { name: "Electron", value: info.electron },
                { name: "System", value: SYSTEMS[info.platform] },
                {
                  name: "Data folder",
                  value: <span className="font-mono text-log break-all">{info.dataDir}</span>,
                },
              ]}
            />
          ) : null}
          <div className="flex flex-wrap gap-2">
            <Button icon={FolderOpen} onClick={() => openFolder.mutate({})}>
              Open data folder
            </Button>
            <Button icon={ClipboardList} onClick={() => copy.mutate({})}>
              {copy.isSuccess ? "Diagnostics copied" : "Copy diagnostics"}
            </Button>
          </div>
          <p className="border-0 text-meta text-text-2">
            Diagnostics hold versions, settings and states. They hold no secret.
          </p>
          {failure ? (
            <p role="alert" className="text-meta text-err">
              {problemLine(failure)}
            </p>
          ) : null}
        </div>
      </Panel>
    </Section>
  );
}
