declare module "@local-mcp/gateway" {
  import type { Contract, Settings } from "@local-mcp/contract";
  import type { ContractRouterClient } from "@orpc/contract";
  export interface GatewayOptions {
    dataDir?: string;
    configEnv?: string;
    settings?: Partial<Settings>;
    env: NodeJS.ProcessEnv;
    vaultPassphrase?: string;
    kind: "cli" | "serve" | "app";
  }
  export interface Gateway {
    api: ContractRouterClient<Contract>;
    listen(): Promise<{ url: string }>;
    close(): Promise<void>;
  }
  export const createGateway: (options: GatewayOptions) => Promise<Gateway>;
  export const findGateway: (options: {
    dataDir?: string;
    configEnv?: string;
    env: NodeJS.ProcessEnv;
  }) => Promise<{ url: string; pid: number; token: string } | null>;
}
