import { describeBackend } from "./describe-backend.ts";
import { MemoryStorageBackend } from "./memory.ts";
import { describeModel } from "./model.ts";
import type { MakeBackend } from "./test-kit.ts";

const make: MakeBackend = async (options) => ({
  store: new MemoryStorageBackend(options),
  close: async () => {},
});

describeBackend("MemoryStorageBackend", make);
describeModel("MemoryStorageBackend", make, 500);
