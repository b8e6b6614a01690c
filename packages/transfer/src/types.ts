import type {
  ConflictStrategy,
  ImportFormat,
  ImportPlan,
  ImportProblem,
  ImportRow,
  TransferKind,
  TransferSelection,
} from "@local-mcp/contract";
import type { AnyEntity, Configuration } from "./entity.ts";

/** Where a sealed secret is; it opens nowhere else. */
export interface SealPlace {
  kind: TransferKind;
  uid: string;
  /** Of secrets.ts: `env/API_KEY`. */
  place: string;
}

/** What was chosen to seal with. */
export type SealedWith = "passphrase" | "AUTH_ENCRYPTION_SECRET";

/** Of a file whose secrets are sealed: what it takes to derive its key, and to know the secret. */
export interface SealHeader {
  with: SealedWith;
  /** Base64. */
  salt: string;
  params: { N: number; r: number; p: number };
  /** Base64 of what the right secret gives. */
  check: string;
}

/** Seals and opens the secrets of one file. */
export interface FileSeal {
  header: SealHeader;
  /** The same text for the same value at the same place. */
  seal(value: string, place: SealPlace): string;
  /** Null where it is not exactly what was sealed for this place. */
  open(sealed: string, place: SealPlace): string | null;
}

/** What may open a file; each is tried, in this order. */
export interface Keys {
  passphrase?: string | undefined;
  sourceSecret?: string | undefined;
  /** Of the gateway that imports. */
  encryptionSecret?: string | undefined;
  rekeySecret?: string | undefined;
}

/** One entity of a file. */
export interface ReadEntity {
  kind: TransferKind;
  /** Name, slug or URI in the file, also where nothing else of it can be read. */
  name: string;
  /** JSON pointer to it, `/entities/tools/3`. */
  pointer: string;
  /** Null where it cannot be read. */
  entity: AnyEntity | null;
  /** Pointers are into the file. */
  problems: ImportProblem[];
  warnings: string[];
}

/** A file that was read, with its secrets in clear. */
export interface ReadFile {
  format: ImportFormat;
  source: ImportPlan["source"];
  /** In the order of the file. */
  entities: ReadEntity[];
  problems: ImportProblem[];
  warnings: string[];
  losses: ImportProblem[];
  secrets: { opened: number; plain: number };
}

/** A file as far as it can be read without its secrets. */
export interface ParsedFile {
  format: ImportFormat;
  /** Sealed secrets in it, and what they were sealed with as far as it says. */
  sealed: { count: number; with: SealedWith | null };
  /**
   * @param keys null: secrets are left alone, as if the file had none
   * @throws GatewayError import_secret_needed, import_secret_wrong
   */
  open(keys: Keys | null): Promise<ReadFile>;
}

/** What is about to be stored of one entity. */
export interface Draft {
  /** As it will read back. */
  entity: AnyEntity;
  warnings: string[];
  /** Whether a person has agreed to the command that it runs, and that holds for what is stored. */
  isAgreed?: boolean;
  /** Stores its row and secrets. Runs inside the transaction, synchronously. */
  write(): void;
  /** Stores what refers to others, once all rows are there. */
  link(): void;
}

/** What else will be there once the import is done. */
export interface Surroundings {
  /** Of the entities that are created or renamed by the same import, by kind and key. */
  has(kind: TransferKind, key: string): boolean;
  /** The entity as the import will leave it, or as it is stored. */
  find(kind: TransferKind, key: string): AnyEntity | null;
}

/**
 * Checks an entity as the API would and makes it ready to be stored.
 *
 * @param before what is stored and gets changed by it; null for a new one, which keeps its uid as its
 * id where that is free
 * @throws GatewayError where the API would refuse it
 */
export type Build = (
  entity: AnyEntity,
  before: AnyEntity | null,
  surroundings: Surroundings,
) => Promise<Draft>;

export interface PlanOptions {
  strategy: ConflictStrategy;
  /** By pointer. */
  choices: Readonly<Record<string, ConflictStrategy>>;
  kinds: readonly TransferKind[] | null;
  selection: TransferSelection | null;
  /** s since 1970. */
  instant: number;
  /** As the person calls the file. */
  name: string;
}

export interface PlanInput {
  file: ReadFile;
  /** SHA-256 of the file, hexadecimal. */
  fileDigest: string;
  current: Configuration;
  options: PlanOptions;
  build: Build;
  /** Of this process: the digest of a plan covers secrets, and would let them be guessed otherwise. */
  digestKey: Buffer;
  onProgress?: (processed: number, total: number) => void;
  signal?: AbortSignal;
}

/** A plan, and what carries it out: exactly the rows that write something, in the order in which they do. */
export interface PreparedPlan {
  /** Without `commands`, which the gateway knows. */
  plan: Omit<ImportPlan, "commands">;
  steps: { row: ImportRow; draft: Draft }[];
}
