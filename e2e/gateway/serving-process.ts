/** Serves the data directory that is named, says where, and goes on until it is killed. */
import { createGateway } from "@local-mcp/gateway";

const [dataDir = ""] = process.argv.slice(2);
const { env } = process;
const gateway = await createGateway({ dataDir, kind: "serve", settings: { port: 0 }, env });
const { url } = await gateway.listen();
process.stdout.write(`${url}\n`);
