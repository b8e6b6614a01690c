import { useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { DetailList } from "../../components/detail-list.tsx";
import { ProblemView } from "../../components/problem-view.tsx";

/** Where the programs that servers are commonly started with are found now. */
export function Programs() {
  const { data, error } = useQuery(api.runtimes.get.queryOptions());
  if (error) return <ProblemView what="The programs could not be looked up." error={error} />;
  if (!data) return null;
  return (
    <DetailList
      items={data.programs.map(({ name, path }) => ({
        name,
        value: path === null ? "not found" : <code>{path}</code>,
      }))}
    />
  );
}
