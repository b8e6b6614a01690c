import type { ErrorEntry } from "./entry.ts";

/** Backup and restore. */
export const BACKUP_ERRORS = {
  database_restorable: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "{problem}",
    wayOut: "The last good backup is from {time}. To restore it: {command}",
  },
  backup_not_found: {
    http: 404,
    jsonRpc: -32603,
    exit: 1,
    sentence: "There is no backup “{backup}”.",
    wayOut: "“local-mcp-gateway backup list” shows those that are there.",
  },
  backup_wrong_passphrase: {
    http: 403,
    jsonRpc: -32603,
    exit: 6,
    sentence: "This passphrase does not open the file. Your data is unchanged.",
    wayOut:
      "Try another one: the one that the backup was made with, or the one on its recovery sheet.",
  },
  backup_passphrase_needed: {
    http: 403,
    jsonRpc: -32603,
    exit: 6,
    sentence: "“{name}” is encrypted, and no passphrase was given that opens it.",
    wayOut: "Give the one it was made with, by --passphrase-file FILE or BACKUP_PASSPHRASE.",
  },
  backup_passphrase_missing: {
    http: 403,
    jsonRpc: -32603,
    exit: 6,
    sentence: "There is no passphrase to encrypt the backup with.",
    wayOut:
      "Give one with --passphrase-file FILE or BACKUP_PASSPHRASE, or keep one for automatic backups: “local-mcp-gateway backup schedule --new-passphrase”.",
  },
  backup_damaged: {
    http: 422,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{name}” is damaged: {reason}. Your data is unchanged.",
    wayOut: "Use another backup, or another copy of this one.",
  },
  backup_newer: {
    http: 422,
    jsonRpc: -32603,
    exit: 1,
    sentence:
      "“{name}” was made by a newer version of this program ({version}). Your data is unchanged.",
    wayOut: "Update Local MCP Gateway, then restore it.",
  },
  backup_not_ours: {
    http: 422,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{name}” is no backup of Local MCP Gateway: {reason}. Your data is unchanged.",
    wayOut:
      "Choose a .age file that was made by “backup create”, or a copy of local-mcp-gateway.db. An export is brought in with “local-mcp-gateway import FILE”.",
  },
  backup_refused: {
    http: 422,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{name}” is refused: {reason}. Your data is unchanged.",
    wayOut: "Use a backup that this program made. This one was made or changed by something else.",
  },
  backup_changed: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "“{name}” has changed since it was shown. Your data is unchanged.",
    wayOut: "Look at what is in it once more, then restore it.",
  },
  backup_too_big: {
    http: 413,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{name}” needs {needed}, and the disk has {free} left. Your data is unchanged.",
    wayOut: "Free some space and try again.",
  },
  backup_file_exists: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "{path} is there already, and is not overwritten.",
    wayOut:
      "Choose another name, or remove the file first; “--force” replaces it, where a command has it.",
  },
  backup_folder_unusable: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "Backups cannot be written to {folder}: {reason}.",
    wayOut: "Choose another folder for backups, or make this one writable.",
  },
  backup_unreadable: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{name}” cannot be read: {reason}.",
    wayOut: "Check the path and the rights of the file.",
  },
  backup_upload_type: {
    http: 415,
    jsonRpc: -32600,
    exit: 3,
    sentence: "The content type is “{type}”; this address takes the file itself.",
    wayOut: "Send the bytes of the file as application/octet-stream.",
  },
  backup_interrupted: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The gateway ended while it worked on this, so what came of it is not known.",
    wayOut:
      "Start it again: it finishes a restore or takes it back. “local-mcp-gateway backup list” shows what is there.",
  },
  backup_transfer_cut: {
    http: 502,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The connection to the gateway was cut before “{name}” was there whole.",
    wayOut: "Try again. Nothing of it was kept.",
  },
  restore_token_gone: {
    http: 401,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The gateway runs again, and does not know this token any more.",
    wayOut:
      "What was restored does not hold it. Create one on that computer: “local-mcp-gateway tokens create --rights manage,processes”.",
  },
  backup_stays_here: {
    http: 403,
    jsonRpc: -32603,
    exit: 1,
    sentence: "“{name}” was made for this computer and is not given out.",
    wayOut: "Make a backup: it opens elsewhere with its passphrase.",
  },
  backup_late: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The last good backup is {age} old: {reason}.",
    wayOut: "Choose another folder for backups, or back up now: “local-mcp-gateway backup create”.",
  },
  backup_never_made: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "No backup could be made yet: {reason}.",
    wayOut: "Choose another folder for backups, or back up now: “local-mcp-gateway backup create”.",
  },
  backup_key_changed: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "The vault got a new key while the backup was made.",
    wayOut: "Try again.",
  },
  backup_busy: {
    http: 409,
    jsonRpc: -32603,
    exit: 7,
    sentence: "A backup or restore is under way.",
    wayOut: "Wait until it is done, or cancel it.",
  },
  backup_cancelled: {
    http: 409,
    jsonRpc: -32603,
    exit: 130,
    sentence: "It was cancelled. Your data is unchanged.",
    wayOut: "Nothing has to be cleaned up.",
  },
  backup_not_cancellable: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "It cannot be cancelled any more.",
    wayOut: "Wait until it is done. A restore can be undone afterwards.",
  },
  restore_rolled_back: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "What was restored could not be opened: {reason}. What was there before is back.",
    wayOut: "Use another backup. “local-mcp-gateway doctor” says how this computer is.",
  },
  restore_intent_damaged: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence:
      "{path} says that a restore is to be finished, and cannot be read. Nothing was changed.",
    wayOut:
      "If the database is beside it, remove that file: the database opens as it is. What was there before a restore is in “previous”.",
  },
  restore_under_way: {
    http: 503,
    jsonRpc: -32603,
    exit: 7,
    sentence: "The gateway is being restored.",
    wayOut: "Try again in a moment.",
  },
  restore_not_undoable: {
    http: 422,
    jsonRpc: -32603,
    exit: 1,
    sentence: "What was there before cannot be brought back: {reason}. Your data is unchanged.",
    wayOut: "It is left as it is in {folder}. Restore a backup instead.",
  },
  restore_nothing_to_undo: {
    http: 404,
    jsonRpc: -32603,
    exit: 1,
    sentence: "There is no restore to undo.",
    wayOut:
      "A restore can be undone for 30 days. “local-mcp-gateway backup list” shows the backups there are.",
  },
} as const satisfies Record<string, ErrorEntry>;
