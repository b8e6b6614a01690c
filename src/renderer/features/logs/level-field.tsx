import { type LogLevel, logLevel, type LogLevelChoice } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { api, queryClient } from "../../app/api.ts";
import { Select } from "../../components/choice.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { LEVEL_WORDS } from "./recording-words.ts";

const AS_ALL = "default";
/** The most first. */
const LEVELS = logLevel.options.toReversed();

/** Whose level: a profile by its slug, or a server by its name. */
type Owner = { profile: string } | { server: string };

/** How much of what passes one profile or server is recorded; saved at once. */
export function LevelField({ of }: { of: Owner }) {
  const { data: levels } = useQuery(api.logs.levels.queryOptions());
  const { data: settings } = useQuery(api.settings.list.queryOptions());
  const change = useMutation(
    api.logs.setLevel.mutationOptions({
      onSuccess: async (_, { level }) => {
        await queryClient.invalidateQueries({ queryKey: api.logs.levels.key() });
        announce(`Records ${level === null ? "as set for all" : LEVEL_WORDS[level]}.`);
      },
    }),
  );
  const general = logLevel.safeParse(settings?.find(({ key }) => key === "logLevel")?.value).data;
  if (!levels || general === undefined) return null;
  const stored = levels.find((one) => isOf(one, of))?.level ?? null;
  const shown = change.isPending ? change.variables.level : stored;
  return (
    <div className="space-y-1">
      <Select<LogLevel | typeof AS_ALL>
        label="Record debug logs"
        value={shown ?? AS_ALL}
        disabled={change.isPending}
        options={[
          { value: AS_ALL, label: `As set for all (${LEVEL_WORDS[general]})` },
          ...LEVELS.map((value) => ({ value, label: LEVEL_WORDS[value] })),
        ]}
        onChange={(level) => change.mutate({ ...of, level: level === AS_ALL ? null : level })}
      />
      <p className="text-meta text-text-2">
        {"server" in of
          ? "Where a profile has another one, the lesser counts."
          : "Where a server has another one, the lesser counts."}{" "}
        Saved at once.
      </p>
      {change.error ? (
        <p role="alert" className="text-meta text-err">
          It is as it was. {problemLine(change.error)}
        </p>
      ) : null}
    </div>
  );
}

const isOf = (choice: LogLevelChoice, of: Owner): boolean =>
  "server" in of ? choice.server === of.server : choice.profile === of.profile;
