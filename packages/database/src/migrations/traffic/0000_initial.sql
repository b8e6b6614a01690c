CREATE TABLE `debug_logs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`session_id` text,
	`request_type` text NOT NULL,
	`request_payload` text NOT NULL,
	`response_payload` text,
	`status` text NOT NULL,
	`error_message` text,
	`duration_ms` integer,
	`created_at` integer NOT NULL,
	CONSTRAINT "debug_logs_status" CHECK(status IN ('pending', 'success', 'error'))
);
--> statement-breakpoint
CREATE INDEX `debug_logs_created` ON `debug_logs` (`created_at`);--> statement-breakpoint
CREATE INDEX `debug_logs_profile` ON `debug_logs` (`profile_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `debug_logs_server` ON `debug_logs` (`mcp_server_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `mcp_messages` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`session_id` text NOT NULL,
	`content` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer
);
--> statement-breakpoint
CREATE INDEX `mcp_messages_session` ON `mcp_messages` (`session_id`);--> statement-breakpoint
CREATE INDEX `mcp_messages_expires` ON `mcp_messages` (`expires_at`);--> statement-breakpoint
CREATE TABLE `prompt_metrics` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`duration_ms` integer NOT NULL,
	`is_success` integer NOT NULL,
	`error_message` text,
	`created_at` integer NOT NULL,
	`prompt_name` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `prompt_metrics_created` ON `prompt_metrics` (`created_at`);--> statement-breakpoint
CREATE TABLE `resource_metrics` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`duration_ms` integer NOT NULL,
	`is_success` integer NOT NULL,
	`error_message` text,
	`created_at` integer NOT NULL,
	`resource_uri` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `resource_metrics_created` ON `resource_metrics` (`created_at`);--> statement-breakpoint
CREATE TABLE `server_metrics` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`duration_ms` integer NOT NULL,
	`is_success` integer NOT NULL,
	`error_message` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `server_metrics_created` ON `server_metrics` (`created_at`);--> statement-breakpoint
CREATE TABLE `tool_metrics` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`duration_ms` integer NOT NULL,
	`is_success` integer NOT NULL,
	`error_message` text,
	`created_at` integer NOT NULL,
	`tool_name` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tool_metrics_created` ON `tool_metrics` (`created_at`);