import { useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { dayTime } from "../backups/backup-words.ts";

/** Which backup could take the place of a database that cannot be opened. */
export function LastBackup() {
  const { data } = useQuery(api.desktop.recovery.queryOptions());
  if (!data) return null;
  const [last] = data.backups.filter(({ state }) => state !== "damaged");
  return (
    <p className="text-field">
      {last
        ? `The last good backup is from ${dayTime(last.createdAt)}.`
        : "There is no backup in the data folder. One that is kept elsewhere helps as well."}
    </p>
  );
}
