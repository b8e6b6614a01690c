import type { ResourceContents, ResourceView } from "@local-mcp/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../app/api.ts";
import { problemOf } from "../../app/problem.ts";
import { Banner } from "../../components/banner.tsx";
import { CodeBlock } from "../../components/code-block.tsx";
import { TextField } from "../../components/field.tsx";
import { Section } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { sizeText } from "../../components/size.ts";
import { listed } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { useSettled } from "../../components/use-settled.ts";
import { Hash } from "./content-fields.tsx";
import { variablesOf } from "./resource-draft.ts";

/** Typing is read once it pauses for so long, ms. */
const PAUSE_MS = 300;
/** Of a text, characters. */
const SHOWN = 64 * 1024;

interface ResourcePreviewProps {
  resource: ResourceView;
  /** What is shown is older than what is being edited. */
  isChanged: boolean;
}

/** What a client that reads a resource gets, as it is stored now. */
export function ResourcePreview({ resource, isChanged }: ResourcePreviewProps) {
  const { id, uri } = resource;
  const variables = variablesOf(uri);
  const [samples, setSamples] = useState<Readonly<Record<string, string>>>({});
  const settled = useSettled(samples, PAUSE_MS);
  const values = Object.fromEntries(variables.map((name) => [name, settled[name] ?? ""]));
  const empty = variables.filter((name) => values[name] === "");
  const { data, error, refetch } = useQuery({
    ...api.resources.read.queryOptions({ input: { resource: id, variables: values } }),
    enabled: empty.length === 0,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return (
    <Section title="Preview">
      {isChanged ? (
        <p className="text-text-2">Of what is stored: your changes show once they are saved.</p>
      ) : null}
      {variables.length > 0 ? (
        <div className="grid grid-cols-[repeat(auto-fill,minmax(180px,1fr))] gap-2">
          {variables.map((name) => (
            <TextField
              key={name}
              label={`Value of ${name}`}
              value={samples[name] ?? ""}
              onChange={(event) => setSamples({ ...samples, [name]: event.target.value })}
            />
          ))}
        </div>
      ) : null}
      {empty.length > 0 ? (
        <p className="text-text-2">Fill in {listed(empty)} to read it.</p>
      ) : isNoFile(resource, error) ? (
        <Banner level="warn" title="Clients cannot read it.">
          <p>There is no such file in its root now. They can once there is.</p>
        </Banner>
      ) : error ? (
        <ProblemView what="Clients cannot read it." error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows label="Reading it" />
      ) : (
        <Contents contents={data} />
      )}
    </Section>
  );
}

/** Nothing is wrong with the resource itself, only with what it leads to. */
const isNoFile = ({ content }: ResourceView, error: unknown): boolean =>
  content.kind === "file" && error !== null && problemOf(error).code === "resource_not_found";

function Contents({ contents }: { contents: ResourceContents }) {
  const { uri, mimeType, bytes, text, base64, sha256 } = contents;
  return (
    <div className="space-y-2">
      <p className="text-meta break-all text-text-2">
        <UntrustedText text={[uri, mimeType, sizeText(bytes)].filter(Boolean).join(" · ")} />
      </p>
      {text !== null ? (
        <>
          <CodeBlock label="What clients read" text={text.slice(0, SHOWN)} wrap untrusted />
          {text.length > SHOWN ? (
            <p className="text-meta text-text-2">
              {sizeText(SHOWN)} of {sizeText(bytes)} shown.
            </p>
          ) : null}
        </>
      ) : (
        <>
          {base64 !== null && mimeType !== null && IMAGE.test(mimeType) ? (
            <img
              alt={`Content of ${uri}`}
              src={`data:${mimeType};base64,${base64}`}
              className="max-h-80 max-w-full rounded-panel border border-border"
            />
          ) : null}
          <Hash of={sha256} />
        </>
      )}
    </div>
  );
}

/** What the window can draw; an SVG as a picture runs nothing and loads nothing. */
const IMAGE = /^image\/[a-z0-9.+-]+$/i;
