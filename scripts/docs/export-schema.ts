import { exportFileSchema } from "@local-mcp/transfer";
import { writeOrCheck } from "./write-or-check.ts";

writeOrCheck("docs/export.schema.json", `${JSON.stringify(exportFileSchema(), null, 2)}\n`);
