PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_prompt_metrics` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`duration_ms` real NOT NULL,
	`is_success` integer NOT NULL,
	`error_message` text,
	`created_at` integer NOT NULL,
	`prompt_name` text NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_prompt_metrics`("id", "profile_id", "mcp_server_id", "duration_ms", "is_success", "error_message", "created_at", "prompt_name") SELECT "id", "profile_id", "mcp_server_id", "duration_ms", "is_success", "error_message", "created_at", "prompt_name" FROM `prompt_metrics`;--> statement-breakpoint
DROP TABLE `prompt_metrics`;--> statement-breakpoint
ALTER TABLE `__new_prompt_metrics` RENAME TO `prompt_metrics`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `prompt_metrics_created` ON `prompt_metrics` (`created_at`);--> statement-breakpoint
CREATE TABLE `__new_resource_metrics` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`duration_ms` real NOT NULL,
	`is_success` integer NOT NULL,
	`error_message` text,
	`created_at` integer NOT NULL,
	`resource_uri` text NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_resource_metrics`("id", "profile_id", "mcp_server_id", "duration_ms", "is_success", "error_message", "created_at", "resource_uri") SELECT "id", "profile_id", "mcp_server_id", "duration_ms", "is_success", "error_message", "created_at", "resource_uri" FROM `resource_metrics`;--> statement-breakpoint
DROP TABLE `resource_metrics`;--> statement-breakpoint
ALTER TABLE `__new_resource_metrics` RENAME TO `resource_metrics`;--> statement-breakpoint
CREATE INDEX `resource_metrics_created` ON `resource_metrics` (`created_at`);--> statement-breakpoint
CREATE TABLE `__new_server_metrics` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`duration_ms` real NOT NULL,
	`is_success` integer NOT NULL,
	`error_message` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_server_metrics`("id", "profile_id", "mcp_server_id", "duration_ms", "is_success", "error_message", "created_at") SELECT "id", "profile_id", "mcp_server_id", "duration_ms", "is_success", "error_message", "created_at" FROM `server_metrics`;--> statement-breakpoint
DROP TABLE `server_metrics`;--> statement-breakpoint
ALTER TABLE `__new_server_metrics` RENAME TO `server_metrics`;--> statement-breakpoint
CREATE INDEX `server_metrics_created` ON `server_metrics` (`created_at`);--> statement-breakpoint
CREATE TABLE `__new_tool_metrics` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`duration_ms` real NOT NULL,
	`is_success` integer NOT NULL,
	`error_message` text,
	`created_at` integer NOT NULL,
	`tool_name` text NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_tool_metrics`("id", "profile_id", "mcp_server_id", "duration_ms", "is_success", "error_message", "created_at", "tool_name") SELECT "id", "profile_id", "mcp_server_id", "duration_ms", "is_success", "error_message", "created_at", "tool_name" FROM `tool_metrics`;--> statement-breakpoint
DROP TABLE `tool_metrics`;--> statement-breakpoint
ALTER TABLE `__new_tool_metrics` RENAME TO `tool_metrics`;--> statement-breakpoint
CREATE INDEX `tool_metrics_created` ON `tool_metrics` (`created_at`);