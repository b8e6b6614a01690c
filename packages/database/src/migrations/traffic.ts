// Written by scripts/database/generate.ts from traffic/*.sql. Do not edit.
import type { MigrationMeta } from "drizzle-orm/migrator";

export const migrations: MigrationMeta[] = [
  {
    "sql": [
      "CREATE TABLE `debug_logs` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`profile_id` text,\n\t`mcp_server_id` text,\n\t`session_id` text,\n\t`request_type` text NOT NULL,\n\t`request_payload` text NOT NULL,\n\t`response_payload` text,\n\t`status` text NOT NULL,\n\t`error_message` text,\n\t`duration_ms` integer,\n\t`created_at` integer NOT NULL,\n\tCONSTRAINT \"debug_logs_status\" CHECK(status IN ('pending', 'success', 'error'))\n);\n",
      "\nCREATE INDEX `debug_logs_created` ON `debug_logs` (`created_at`);",
      "\nCREATE INDEX `debug_logs_profile` ON `debug_logs` (`profile_id`,`created_at`);",
      "\nCREATE INDEX `debug_logs_server` ON `debug_logs` (`mcp_server_id`,`created_at`);",
      "\nCREATE TABLE `mcp_messages` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`session_id` text NOT NULL,\n\t`content` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`expires_at` integer\n);\n",
      "\nCREATE INDEX `mcp_messages_session` ON `mcp_messages` (`session_id`);",
      "\nCREATE INDEX `mcp_messages_expires` ON `mcp_messages` (`expires_at`);",
      "\nCREATE TABLE `prompt_metrics` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`profile_id` text,\n\t`mcp_server_id` text,\n\t`duration_ms` integer NOT NULL,\n\t`is_success` integer NOT NULL,\n\t`error_message` text,\n\t`created_at` integer NOT NULL,\n\t`prompt_name` text NOT NULL\n);\n",
      "\nCREATE INDEX `prompt_metrics_created` ON `prompt_metrics` (`created_at`);",
      "\nCREATE TABLE `resource_metrics` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`profile_id` text,\n\t`mcp_server_id` text,\n\t`duration_ms` integer NOT NULL,\n\t`is_success` integer NOT NULL,\n\t`error_message` text,\n\t`created_at` integer NOT NULL,\n\t`resource_uri` text NOT NULL\n);\n",
      "\nCREATE INDEX `resource_metrics_created` ON `resource_metrics` (`created_at`);",
      "\nCREATE TABLE `server_metrics` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`profile_id` text,\n\t`mcp_server_id` text,\n\t`duration_ms` integer NOT NULL,\n\t`is_success` integer NOT NULL,\n\t`error_message` text,\n\t`created_at` integer NOT NULL\n);\n",
      "\nCREATE INDEX `server_metrics_created` ON `server_metrics` (`created_at`);",
      "\nCREATE TABLE `tool_metrics` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`profile_id` text,\n\t`mcp_server_id` text,\n\t`duration_ms` integer NOT NULL,\n\t`is_success` integer NOT NULL,\n\t`error_message` text,\n\t`created_at` integer NOT NULL,\n\t`tool_name` text NOT NULL\n);\n",
      "\nCREATE INDEX `tool_metrics_created` ON `tool_metrics` (`created_at`);"
    ],
    "bps": true,
    "folderMillis": 1795225162749,
    "hash": "719817389715e946b06b649c68918dac231aa79d476b99c0b1bebf45a00e7c03"
  },
  {
    "sql": [
      "PRAGMA foreign_keys=OFF;",
      "\nCREATE TABLE `__new_prompt_metrics` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`profile_id` text,\n\t`mcp_server_id` text,\n\t`duration_ms` real NOT NULL,\n\t`is_success` integer NOT NULL,\n\t`error_message` text,\n\t`created_at` integer NOT NULL,\n\t`prompt_name` text NOT NULL\n);\n",
      "\nINSERT INTO `__new_prompt_metrics`(\"id\", \"profile_id\", \"mcp_server_id\", \"duration_ms\", \"is_success\", \"error_message\", \"created_at\", \"prompt_name\") SELECT \"id\", \"profile_id\", \"mcp_server_id\", \"duration_ms\", \"is_success\", \"error_message\", \"created_at\", \"prompt_name\" FROM `prompt_metrics`;",
      "\nDROP TABLE `prompt_metrics`;",
      "\nALTER TABLE `__new_prompt_metrics` RENAME TO `prompt_metrics`;",
      "\nPRAGMA foreign_keys=ON;",
      "\nCREATE INDEX `prompt_metrics_created` ON `prompt_metrics` (`created_at`);",
      "\nCREATE TABLE `__new_resource_metrics` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`profile_id` text,\n\t`mcp_server_id` text,\n\t`duration_ms` real NOT NULL,\n\t`is_success` integer NOT NULL,\n\t`error_message` text,\n\t`created_at` integer NOT NULL,\n\t`resource_uri` text NOT NULL\n);\n",
      "\nINSERT INTO `__new_resource_metrics`(\"id\", \"profile_id\", \"mcp_server_id\", \"duration_ms\", \"is_success\", \"error_message\", \"created_at\", \"resource_uri\") SELECT \"id\", \"profile_id\", \"mcp_server_id\", \"duration_ms\", \"is_success\", \"error_message\", \"created_at\", \"resource_uri\" FROM `resource_metrics`;",
      "\nDROP TABLE `resource_metrics`;",
      "\nALTER TABLE `__new_resource_metrics` RENAME TO `resource_metrics`;",
      "\nCREATE INDEX `resource_metrics_created` ON `resource_metrics` (`created_at`);",
      "\nCREATE TABLE `__new_server_metrics` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`profile_id` text,\n\t`mcp_server_id` text,\n\t`duration_ms` real NOT NULL,\n\t`is_success` integer NOT NULL,\n\t`error_message` text,\n\t`created_at` integer NOT NULL\n);\n",
      "\nINSERT INTO `__new_server_metrics`(\"id\", \"profile_id\", \"mcp_server_id\", \"duration_ms\", \"is_success\", \"error_message\", \"created_at\") SELECT \"id\", \"profile_id\", \"mcp_server_id\", \"duration_ms\", \"is_success\", \"error_message\", \"created_at\" FROM `server_metrics`;",
      "\nDROP TABLE `server_metrics`;",
      "\nALTER TABLE `__new_server_metrics` RENAME TO `server_metrics`;",
      "\nCREATE INDEX `server_metrics_created` ON `server_metrics` (`created_at`);",
      "\nCREATE TABLE `__new_tool_metrics` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`profile_id` text,\n\t`mcp_server_id` text,\n\t`duration_ms` real NOT NULL,\n\t`is_success` integer NOT NULL,\n\t`error_message` text,\n\t`created_at` integer NOT NULL,\n\t`tool_name` text NOT NULL\n);\n",
      "\nINSERT INTO `__new_tool_metrics`(\"id\", \"profile_id\", \"mcp_server_id\", \"duration_ms\", \"is_success\", \"error_message\", \"created_at\", \"tool_name\") SELECT \"id\", \"profile_id\", \"mcp_server_id\", \"duration_ms\", \"is_success\", \"error_message\", \"created_at\", \"tool_name\" FROM `tool_metrics`;",
      "\nDROP TABLE `tool_metrics`;",
      "\nALTER TABLE `__new_tool_metrics` RENAME TO `tool_metrics`;",
      "\nCREATE INDEX `tool_metrics_created` ON `tool_metrics` (`created_at`);"
    ],
    "bps": true,
    "folderMillis": 1795329864912,
    "hash": "db6f1906791bcf1387166b42b1488d502d458f3b3c8cdd2e9845624534f899ce"
  },
  {
    "sql": [
      "CREATE TABLE `debug_log_dismissals` (\n\t`finding` text PRIMARY KEY NOT NULL,\n\t`dismissed_at` integer NOT NULL\n);\n",
      "\nCREATE TABLE `debug_log_facts` (\n\t`id` integer PRIMARY KEY NOT NULL,\n\t`at` real NOT NULL,\n\t`kind` integer NOT NULL,\n\t`direction` integer NOT NULL,\n\t`outcome` integer NOT NULL,\n\t`contents` integer NOT NULL,\n\t`era` integer,\n\t`profile` integer,\n\t`server` integer,\n\t`session` integer,\n\t`client` integer,\n\t`method` integer NOT NULL,\n\t`name` integer,\n\t`error` integer,\n\t`duration_ms` real,\n\t`waited_ms` real,\n\t`head_ms` real,\n\t`request_bytes` integer,\n\t`response_bytes` integer,\n\t`http_status` integer,\n\t`is_request_cut` integer DEFAULT false NOT NULL,\n\t`is_response_cut` integer DEFAULT false NOT NULL,\n\t`is_pinned` integer DEFAULT false NOT NULL,\n\t`has_note` integer DEFAULT false NOT NULL\n);\n",
      "\nCREATE TABLE `debug_log_removals` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`kind` text NOT NULL,\n\t`first` integer NOT NULL,\n\t`last` integer NOT NULL,\n\tCONSTRAINT \"debug_log_removals_kind\" CHECK(kind IN ('rows', 'words', 'file'))\n);\n",
      "\nCREATE TABLE `debug_log_terms` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`kind` text NOT NULL,\n\t`value` text NOT NULL,\n\t`label` text NOT NULL,\n\tCONSTRAINT \"debug_log_terms_kind\" CHECK(kind IN ('profile', 'server', 'session', 'client', 'method', 'name', 'error'))\n);\n",
      "\nCREATE UNIQUE INDEX `debug_log_terms_value` ON `debug_log_terms` (`kind`,`value`,`label`);",
      "\n-- No build before this one has written debug logs.\nDROP TABLE `debug_logs`;",
      "\nCREATE TABLE `debug_logs` (\n\t`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t`correlation_id` text NOT NULL,\n\t`profile_id` text,\n\t`mcp_server_id` text,\n\t`session_id` text,\n\t`request_type` text NOT NULL,\n\t`request_payload` blob,\n\t`response_payload` blob,\n\t`status` text NOT NULL,\n\t`error_message` text,\n\t`duration_ms` real,\n\t`note` text,\n\t`created_at` integer NOT NULL,\n\tCONSTRAINT \"debug_logs_status\" CHECK(status IN ('pending', 'success', 'error'))\n);\n",
      "\nCREATE INDEX `debug_logs_correlation` ON `debug_logs` (`correlation_id`);"
    ],
    "bps": true,
    "folderMillis": 1795351314371,
    "hash": "96ea765b3519e4322d2844f68b34068f92b3ea90cfb5f2d5c541b661b4165654"
  }
];
